"""Turns on the instrumentation that is installed, without a line in the agent's code."""

from midspan.instrumentation.auto.found import Installed, Instrumentor, look

__all__ = ["Installed", "Instrumentor", "look"]
