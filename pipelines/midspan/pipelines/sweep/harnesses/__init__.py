"""Start the program that drives a model, and read what it says: one driver a kind of harness."""

from midspan.pipelines.sweep.harnesses.driver import Driver, Program, Said, Seat
from midspan.pipelines.sweep.harnesses.drivers import driver_for

__all__ = ["Driver", "Program", "Said", "Seat", "driver_for"]
