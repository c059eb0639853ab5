"""Which driver starts which harness."""

from pathlib import Path

from midspan.pipelines.sweep.harnesses.command import CommandDriver
from midspan.pipelines.sweep.harnesses.driver import Driver
from midspan.pipelines.sweep.harnesses.loop import LoopDriver
from midspan.pipelines.sweep.harnesses.pi import PiDriver
from midspan.pipelines.sweep.harnesses.python import PythonDriver
from midspan.pipelines.sweep.harnesses.smolagents import SmolagentsDriver
from midspan.scorers.suite import (
    CommandHarness,
    Harness,
    OpenAILoopHarness,
    PiHarness,
    SmolagentsHarness,
)


def driver_for(harness: Harness, *, name: str, folder: Path) -> Driver:
    """Return what starts a harness.

    Args:
        harness: As the suite defines it.
        name: What the suite calls it.
        folder: Where the suite lies: functions and files of a harness are found there.
    """
    match harness:
        case PiHarness():
            return PiDriver(name=name, harness=harness)
        case SmolagentsHarness():
            return SmolagentsDriver(name=name, harness=harness)
        case OpenAILoopHarness():
            return LoopDriver(name=name, harness=harness)
        case CommandHarness():
            return CommandDriver(name=name, harness=harness, folder=folder)
        case _:
            return PythonDriver(name=name, harness=harness, folder=folder)
