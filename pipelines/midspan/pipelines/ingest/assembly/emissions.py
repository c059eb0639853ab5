"""Calls that an LLM span does not show natively: written as text, told next, or lost."""

from collections.abc import Sequence

from midspan.instrumentation.text_calls import OfferedTool, find_text_calls
from midspan.pipelines.ingest.assembly.tree import Node
from midspan.pipelines.ingest.content import read_messages
from midspan.pipelines.ingest.content.document import parse
from midspan.pipelines.ingest.content.message import MODEL_ROLES
from midspan.pipelines.ingest.normalise.source import emitted
from midspan.pipelines.ingest.span import Emitted, Span, Tool


def complete_emissions(llms: Sequence[Node]) -> None:
    """Fill in the emitted calls of LLM spans, in order, where the span itself has none.

    A call found in the text sets `text_form`. Where the finish reason tells of calls that nothing
    shows, the next LLM call of the same agent may repeat them; else the span is noted `lost_call`.
    """
    following: dict[Node, Node] | None = None
    for node in llms:
        span = node.span
        if span.emitted or span.status == "error":
            continue
        if span.text and span.text_form is None:
            _find_in_text(span)
        if span.finish_reason == "tool_calls" and not span.emitted:
            following = next_llms(llms) if following is None else following
            told = _told(following.get(node))
            if told:
                span.emitted = told
                span.notes.append("rebuilt")
            elif span.emitted is not None and "lost_call" not in span.notes:
                span.notes.append("lost_call")


def next_llms(llms: Sequence[Node]) -> dict[Node, Node]:
    """Return for each LLM span the one after it of the same agent, which is told its results."""
    following: dict[Node, Node] = {}
    before: dict[str, Node] = {}
    for node in llms:
        previous = before.get(node.scope)
        if previous is not None:
            following[previous] = node
        before[node.scope] = node
    return following


def _find_in_text(span: Span) -> None:
    found = find_text_calls(span.text or "", _offered(span.tools))
    if found:
        span.text_form = found.form
        translated = "translated" in span.notes
        span.emitted = [
            Emitted(
                id=None,
                name=call.name,
                raw_arguments=call.raw_arguments,
                translated=translated,
            )
            for call in found.calls
        ]


def _offered(tools: tuple[Tool, ...] | None) -> list[OfferedTool] | None:
    if tools is None:
        return None
    return [OfferedTool(name=tool.name, schema=parse(tool.schema)) for tool in tools]


def _told(following: Node | None) -> list[Emitted]:
    """Return the calls of the model's last message in what the next LLM call was told."""
    if following is None or following.span.input is None:
        return []
    for message in reversed(read_messages(following.span.input) or []):
        if message.role in MODEL_ROLES:
            return [emitted(call) for call in message.calls()]
    return []
