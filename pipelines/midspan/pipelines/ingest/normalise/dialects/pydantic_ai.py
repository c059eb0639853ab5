"""Pydantic AI in every version of its format: names of its own beside OTel GenAI."""

from collections.abc import Mapping
from typing import Any, Final

from midspan.pipelines.ingest.content import Message, parse, read_messages
from midspan.pipelines.ingest.content.message import MODEL_ROLES
from midspan.pipelines.ingest.normalise.message_events import (
    event_of,
    put_conversation,
    read_conversation,
)
from midspan.pipelines.ingest.normalise.numbers import whole_number
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import Source, put_input
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "pydantic-ai"

ARGUMENTS: Final = "tool_arguments"
RESULT: Final = "tool_response"
ANSWER: Final = "final_result"
AGENT: Final = "agent_name"
REQUEST: Final = "model_request_parameters"
ALL_MESSAGES: Final = "pydantic_ai.all_messages"
NEW_FROM: Final = "pydantic_ai.new_message_index"
EVENTS: Final = "events"
RUNNING_TOOL: Final = "running tool"
OUTPUT_FUNCTION: Final = "running output function"


def claims(source: Source) -> bool:
    """Return whether the span has a name that only Pydantic AI writes."""
    return (
        source.has_family("pydantic_ai", ARGUMENTS, ANSWER, AGENT, REQUEST)
        or source.has_family(EVENTS)
        or source.name in (RUNNING_TOOL, OUTPUT_FUNCTION)
    )


SIGNS: Final = Signs(
    families=frozenset({"pydantic_ai", ARGUMENTS, ANSWER, AGENT, REQUEST, EVENTS}),
    spans=(RUNNING_TOOL, OUTPUT_FUNCTION),
    check=claims,
)


def kind(source: Source) -> str | None:
    """Return the kind of the spans that older versions write without an operation."""
    if source.name == RUNNING_TOOL or ARGUMENTS in source:
        return "tool"
    if source.name == OUTPUT_FUNCTION:
        return "chain"
    return "agent" if source.name == "agent run" and AGENT in source else None


def read(span: Span, source: Source) -> None:
    """Fill in the tool's arguments and result, the agent's answer, and messages kept as events."""
    if span.kind == "tool":
        source.fill_arguments(span, ARGUMENTS)
        source.fill_outcome(span, RESULT)
    elif span.kind == "agent":
        source.fill_text(span, "agent", AGENT)
        source.fill_text(span, "output", ANSWER)
        put_input(span, _told(source))
        source.fill_text(span, "request_model", "model_name")
    elif span.kind == "llm":
        _read_events(span, source)
        _read_request(span, source)


def _told(source: Source) -> list[Message]:
    """Return what the agent was given: its messages up to the first that this run answered with."""
    messages = read_messages(source.peek(ALL_MESSAGES)) or []
    first = whole_number(source.peek(NEW_FROM)) or 0
    answers = (n for n, m in enumerate(messages) if n >= first and m.role in MODEL_ROLES)
    return messages[: next(answers, len(messages))]


def _read_events(span: Span, source: Source) -> None:
    """Read the messages of the first format: OTel events in one attribute."""
    items = parse(source.peek(EVENTS))
    if not isinstance(items, list):
        return
    events = [event_of(str(e.get("event.name")), e) for e in items if isinstance(e, Mapping)]
    put_conversation(span, read_conversation(events))
    if span.input is not None or span.emitted is not None:
        source.take(EVENTS)


def _read_request(span: Span, source: Source) -> None:
    request: Any = parse(source.peek(REQUEST))
    if isinstance(request, dict) and "gen_ai.tool.definitions" not in source:
        tools = [request.get(key) for key in ("function_tools", "output_tools")]
        put_tools(span, [tool for each in tools if isinstance(each, list) for tool in each] or None)
