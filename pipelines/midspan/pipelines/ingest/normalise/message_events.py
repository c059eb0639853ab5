"""Messages in events, which older producers write instead of attributes.

The events stand on the span itself, or are log records of it; both are read here, in time order.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content import Message, parse, read_messages
from midspan.pipelines.ingest.content.blocks import decode_blocks
from midspan.pipelines.ingest.content.document import as_text, some_text
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.source import (
    put_arguments,
    put_finish_reason,
    put_input,
    put_outcome,
    put_output,
)
from midspan.pipelines.ingest.span import Span

ROLE_OF_EVENT: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CHOICE: Final = "gen_ai.choice"
PROMPT: Final = "gen_ai.content.prompt"
COMPLETION: Final = "gen_ai.content.completion"
DETAILS: Final = "gen_ai.client.inference.operation.details"
MESSAGE_EVENTS: Final = frozenset({*ROLE_OF_EVENT, CHOICE, PROMPT, COMPLETION})

_ELIDED: Final = frozenset({"<elided>", "<REDACTED>", "__REDACTED__"})
_WHOLE_BODY: Final = "gen_ai.event.content"
"""Azure's SDKs write the body of an event as JSON into this attribute."""


class MessageEvent(NamedTuple):
    """An event's name with its attributes, and the body that log records have beside them."""

    name: str
    fields: Mapping[str, Any]


class Conversation(NamedTuple):
    """What events say that a model read and gave back; None where nothing was recorded."""

    input: list[Message] | None
    output: list[Message] | None
    finish_reason: str | None = None
    redacted: bool = False


def event_of(name: str, attributes: Mapping[str, Any], body: Any = None) -> MessageEvent:
    """Return an event with its body's fields among its own."""
    fields = dict(attributes)
    whole = parse(fields.pop(_WHOLE_BODY, None))
    for each in (whole, body):
        if isinstance(each, Mapping):
            fields.update(each)
        elif each is not None:
            fields["content"] = each
    return MessageEvent(name, fields)


def read_conversation(events: Iterable[MessageEvent]) -> Conversation:
    """Return the messages of events that stand in time order."""
    told: list[Message] = []
    given: list[Message] = []
    reason, redacted = None, False
    for event in events:
        if _elided(event.fields):
            redacted = True
        elif event.name in ROLE_OF_EVENT:
            told += _message(event.fields, ROLE_OF_EVENT[event.name])
        elif event.name == PROMPT:
            told += _prompt(event.fields)
        elif event.name == CHOICE or "message" in event.fields:
            given += _choice(event.fields)
        elif event.name == COMPLETION:
            given += _of_attribute(event.fields.get("gen_ai.completion"), "assistant")
        if event.name in (CHOICE, COMPLETION):
            reason = reason or some_text(event.fields.get("finish_reason"))
    recorded = any(message.parts for message in given)
    return Conversation(told or None, given if recorded else None, reason, redacted)


def put_conversation(span: Span, conversation: Conversation) -> None:
    """Fill in what events say, unless it is known; an agent's output is the text of its answer."""
    put_finish_reason(span, conversation.finish_reason)
    if span.kind == "llm":
        put_input(span, conversation.input)
        put_output(span, conversation.output)
    elif span.kind == "agent":
        put_input(span, conversation.input)
        put_answer(span, conversation.output)
    if conversation.redacted and "redacted" not in span.notes:
        span.notes.append("redacted")


def put_answer(span: Span, messages: list[Message] | None) -> None:
    """Set an agent span's output from a single message of text alone.

    Anything else is a transcript, in which producers glue texts of several turns together.
    """
    if span.output is None and messages and len(messages) == 1:
        parts = messages[0].parts
        if parts and all(isinstance(part, TextPart) for part in parts):
            span.output = "\n".join(messages[0].texts()).rstrip("\n") or None


def put_execution(span: Span, events: Iterable[MessageEvent]) -> None:
    """Fill in a tool span's arguments and its result from its events."""
    for event in events:
        if event.name == "gen_ai.tool.message" and span.input is None:
            put_arguments(span, event.fields.get("content"))
        elif event.name == CHOICE and span.output is None:
            put_outcome(span, event.fields.get("message"))


def put_execution_messages(span: Span, told: Any, given: Any) -> None:
    """Fill in a tool span from messages that hold its call and its result."""
    if span.input is None:
        calls = (call for message in read_messages(told) or () for call in message.calls())
        call = next(calls, None)
        if call is not None:
            put_arguments(span, call.raw_arguments)
            span.call_id = span.call_id or call.id
    if span.output is None:
        results = (each for message in read_messages(given) or () for each in message.results())
        result = next(results, None)
        if result is not None:
            put_outcome(span, result.text)


def _elided(fields: Mapping[str, Any]) -> bool:
    message = fields.get("message")
    inner = message.get("content") if isinstance(message, Mapping) else message
    return any(isinstance(each, str) and each in _ELIDED for each in (fields.get("content"), inner))


def _message(fields: Mapping[str, Any], role: str) -> list[Message]:
    content = decode_blocks(fields.get("content"))
    if isinstance(content, Mapping):
        if "parts" in content:
            return read_messages({"role": role, **content}) or []
        content = as_text(content)
    item = {
        "role": some_text(fields.get("role")) or role,
        "content": content,
        "tool_calls": parse(fields.get("tool_calls")),
        "tool_call_id": fields.get("id") or fields.get("tool_call_id"),
    }
    messages = read_messages(item) or []
    return [message for message in messages if message.parts]


def _choice(fields: Mapping[str, Any]) -> list[Message]:
    message = fields.get("message", fields.get("content"))
    document = decode_blocks(message)
    item = dict(document) if isinstance(document, Mapping) else {"content": document}
    calls = parse(fields.get("tool_calls"))
    if calls is not None:
        item.setdefault("tool_calls", calls)
    reason = some_text(fields.get("finish_reason"))
    read = read_messages({"role": "assistant", "finish_reason": reason, **item}) or []
    return [each for each in read if each.parts or reason]


def _prompt(fields: Mapping[str, Any]) -> list[Message]:
    if isinstance(fields.get("role"), str):
        return _message(fields, "user")
    return _of_attribute(fields.get("gen_ai.prompt"), "user")


def _of_attribute(value: Any, role: str) -> list[Message]:
    """Return messages of JSON text, and other text as one message."""
    messages = read_messages(value)
    if messages is None and isinstance(value, str) and value:
        return [Message(role, (TextPart(value),))]
    return messages or []
