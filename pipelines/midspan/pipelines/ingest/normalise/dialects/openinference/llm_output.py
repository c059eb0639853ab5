"""What a model gave back: flat messages, or the raw reply where that holds more."""

from typing import Final

import msgspec

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import CallPart, Message, Part, parse
from midspan.pipelines.ingest.content.document import as_text
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.dialects.openinference.flat_messages import (
    take_messages,
    take_texts,
)
from midspan.pipelines.ingest.normalise.dialects.openinference.raw_reply import Reply
from midspan.pipelines.ingest.normalise.source import Source
from midspan.pipelines.ingest.span import Span

_INVALID_CALLS: Final = '"invalid_tool_calls": [{'
"""Where LangChain keeps the calls whose arguments are no JSON."""

_MARKS_OF_CALLS: Final = ("tool_call", "tool_use", "function_call", "functionCall", "toolUse")


def take_output(span: Span, source: Source, reply: Reply | None) -> list[Message] | None:
    """Return the messages of the reply, or None where they were not recorded."""
    flat = take_messages(source, "llm.output_messages")
    if flat is None:
        choices = take_texts(source, "llm.choices", "completion")
        return [_said(text) for text in choices] or _of_reply(span, source, reply)
    legacy = _legacy_call(source)
    if legacy is not None and not _calls(flat):
        return [*flat, Message("assistant", (legacy,))]
    output = source.peek(conventions.OUTPUT_VALUE)
    if reply is None or not isinstance(output, str) or not _may_hold_more(output, flat):
        return flat
    return _fuller(flat, reply.messages() or [])


def _said(text: str) -> Message:
    return Message("assistant", (TextPart(text),))


def _of_reply(span: Span, source: Source, reply: Reply | None) -> list[Message] | None:
    if reply is not None:
        return reply.messages()
    output = source.peek(conventions.OUTPUT_VALUE)
    cut = source.peek(conventions.OUTPUT_MIME_TYPE) == conventions.JSON_MIME_TYPE
    if isinstance(output, str) and output and not cut and not _tells_failure(output, span):
        return [_said(output)]
    return None


def _tells_failure(output: str, span: Span) -> bool:
    """Return whether an output only says how the request failed, for those who look at it."""
    if span.status != "error":
        return False
    told = [part for part in (span.error_type, span.error_message) if part]
    return output in (*told, ": ".join(told))


def _legacy_call(source: Source) -> CallPart | None:
    """Return the call in `llm.function_call`, which LangChain's old function agents have."""
    document = parse(source.peek("llm.function_call"))
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return None
    source.take("llm.function_call")
    return CallPart(document["name"], as_text(document.get("arguments")))


def _may_hold_more(output: str, flat: list[Message]) -> bool:
    """Return whether the raw reply is worth reading: calls or arguments are missing here."""
    calls = _calls(flat)
    if not calls:
        return any(mark in output for mark in _MARKS_OF_CALLS)
    return _INVALID_CALLS in output or any(call.raw_arguments is None for call in calls)


def _fuller(flat: list[Message], raw: list[Message]) -> list[Message]:
    """Return the flat messages, with calls and arguments that only the raw reply has."""
    here, there = _calls(flat), _calls(raw)
    known = {call.id for call in here}
    missing = tuple(call for call in there if not here or call.id not in known)
    by_id = {call.id: call.raw_arguments for call in there if call.id is not None}
    filled = [
        msgspec.structs.replace(
            message, parts=tuple(_with_arguments(part, by_id) for part in message.parts)
        )
        for message in flat
    ]
    return [*filled, Message("assistant", missing)] if missing else filled


def _with_arguments(part: Part, by_id: dict[str, str | None]) -> Part:
    if isinstance(part, CallPart) and part.raw_arguments is None and part.id in by_id:
        return msgspec.structs.replace(part, raw_arguments=by_id[part.id])
    return part


def _calls(messages: list[Message]) -> list[CallPart]:
    return [call for message in messages for call in message.calls()]
