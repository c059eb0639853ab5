"""Strands Agents: OTel GenAI with content in events, and names of its own beside it."""

from typing import Final

from midspan.pipelines.ingest.content import parse
from midspan.pipelines.ingest.normalise.numbers import finite_number
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import Source, put_error
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "strands"

PROVIDER: Final = "strands-agents"
CYCLE: Final = "event_loop.cycle_id"
TOOL_STATUS: Final = ("gen_ai.tool.status", "tool.status")
TIME_TO_FIRST_TOKEN: Final = "gen_ai.server.time_to_first_token"
"""In milliseconds here, in seconds with everyone else."""
AGENT_TOOLS: Final = "gen_ai.agent.tools"
JSON_SCHEMA: Final = "gen_ai.tool.json_schema"

_PROVIDERS: Final = ("gen_ai.system", "gen_ai.provider.name")


def claims(source: Source) -> bool:
    """Return whether the span has a name that only Strands writes."""
    return (
        CYCLE in source
        or any(name in source for name in TOOL_STATUS)
        or _by_strands(source)
        or AGENT_TOOLS in source
        or JSON_SCHEMA in source
    )


SIGNS: Final = Signs(
    names=frozenset({CYCLE, *TOOL_STATUS, AGENT_TOOLS, JSON_SCHEMA, *_PROVIDERS}),
    check=claims,
)


def _by_strands(source: Source) -> bool:
    return any(source.peek(name) == PROVIDER for name in _PROVIDERS)


def kind(source: Source) -> str | None:
    """Return chain for a cycle of the event loop: it holds the LLM call and the tool calls."""
    return "chain" if CYCLE in source else None


def read(span: Span, source: Source) -> None:
    """Fill in the tool's own status, its schema, and the names of the tools offered."""
    for name in TOOL_STATUS:
        if source.peek(name) == "error" and span.kind == "tool":
            put_error(span)
    milliseconds = finite_number(source.peek(TIME_TO_FIRST_TOKEN))
    if milliseconds is not None and span.ttft_seconds is None and _by_strands(source):
        span.ttft_seconds = milliseconds / 1000
        source.take(TIME_TO_FIRST_TOKEN)
    schema = source.peek(JSON_SCHEMA)
    if span.kind == "tool" and isinstance(schema, str):
        put_tools(
            span,
            [
                {
                    "name": source.peek("gen_ai.tool.name"),
                    "description": source.peek("gen_ai.tool.description"),
                    "parameters": schema,
                }
            ],
        )
    if "gen_ai.tool.definitions" not in source:
        put_tools(span, parse(source.peek(AGENT_TOOLS)))
