"""Tool-call accuracy: faults of calls, and calls against those that a task expects."""

from midspan.scorers.tool_calls.expected_calls import CallsExpected
from midspan.scorers.tool_calls.tool_calls import ToolCalls

__all__ = ["CallsExpected", "ToolCalls"]
