"""Calls that repeat, whether they failed or not."""

from midspan.scorers.repetition.repeated_calls import RepeatedCalls

__all__ = ["RepeatedCalls"]
