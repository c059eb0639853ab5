"""What `midspan export` and loaders of data sets keep in a pi session beside pi's own entries."""

from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.normalise.normaliser import CONTEXT, context_value
from midspan.pipelines.ingest.sessions.decode import Entry, as_json, inner, string
from midspan.pipelines.ingest.span import Tool

RUN: Final = "midspan-run"
"""What the session is a run of."""

AGENT: Final = "midspan-agent"
"""Which agent speaks from here on, in a run of several."""

TOOLS: Final = "teich-available-tools"
SYSTEM_PROMPT: Final = "teich-system-prompt"
"""The names under which `datasets` looks for tools and system prompt, by way of `teich`."""


def context_of(data: Entry) -> dict[str, Any]:
    """Return the context of a run, as far as it can be one."""
    found = {name: context_value(name, data[name]) for name in CONTEXT.values() if name in data}
    return {name: value for name, value in found.items() if value is not None}


def ended_of(data: Entry) -> bool | None:
    """Return whether the run came to its end; None where that is not said."""
    return {"ok": True, "error": True, "incomplete": False}.get(string(data, "status") or "")


def tools_of(data: Entry) -> tuple[Tool, ...] | None:
    """Return the tools on offer, sorted; None where that is no list of functions."""
    listed = data.get("tools")
    if not isinstance(listed, list):
        return None
    return tuple(sorted({tool for each in listed if (tool := _tool(each)) is not None}, key=_name))


def arguments_of(message: Entry) -> str | None:
    """Return what a tool was called with, where its result is all there is of the call."""
    ours = inner(inner(message, "details"), "midspan")
    if "arguments" not in ours:
        return None
    return raw(ours["arguments"])


def raw(arguments: Any) -> str:
    """Return arguments as text: those that were no JSON are kept as the text that they were."""
    return arguments if isinstance(arguments, str) else as_json(arguments)


def _tool(told: Any) -> Tool | None:
    if not isinstance(told, dict):
        return None
    function = inner(told, "function") or told
    name, schema = string(function, "name"), function.get("parameters")
    if name is None:
        return None
    described = string(function, "description")
    return Tool(name, described, None if schema is None else msgspec.json.encode(schema).decode())


def _name(tool: Tool) -> tuple[str, str]:
    return tool.name, tool.schema or ""
