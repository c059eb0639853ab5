"""Emit one span per step of an agent, and keep the spans of each run in a file."""

from midspan.instrumentation.capture import Capture
from midspan.instrumentation.context import carried, current_run, run
from midspan.instrumentation.handlers import (
    AgentHandle,
    Cost,
    LlmHandle,
    ToolHandle,
    Usage,
    agent,
    llm_call,
    start_agent,
    start_llm_call,
    start_tool_call,
    tool,
    tool_call,
)
from midspan.instrumentation.provider import setup
from midspan.instrumentation.report import SpoolReport
from midspan.instrumentation.run_context import RunContext
from midspan.instrumentation.telemetry import Telemetry

__all__ = [
    "AgentHandle",
    "Capture",
    "Cost",
    "LlmHandle",
    "RunContext",
    "SpoolReport",
    "Telemetry",
    "ToolHandle",
    "Usage",
    "agent",
    "carried",
    "current_run",
    "llm_call",
    "run",
    "setup",
    "start_agent",
    "start_llm_call",
    "start_tool_call",
    "tool",
    "tool_call",
]
