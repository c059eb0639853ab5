"""Messages in the form that both servers show as a chat, from whatever form they came in.

A list holds text, tool calls and tool results alone, since any other part makes MLflow show none of
it; a tool result has a message of its own, as only the last of several is shown; what a model
thought stands in its output, and in no later history.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from midspan.instrumentation.messages import Part, call_part, content_text, text_part
from midspan.pipelines.ingest.content import read_messages
from midspan.pipelines.ingest.content.message import (
    MODEL_ROLES,
    CallPart,
    Message,
    OtherPart,
    ReasoningPart,
    ResultPart,
    TextPart,
)
from midspan.pipelines.publish.spans.run_marks import Row

GoldenMessage = dict[str, Any]

ASSISTANT: Final = "assistant"
REASONS: Final = {"tool_calls": "tool_call"}
"""OpenTelemetry's word for why a model stopped, where the tables have another."""

_ROLES: Final = {"developer": "system", "function": "tool"}


def history(recorded: str | None) -> list[GoldenMessage]:
    """Return what a model was told; text in no form of messages is what a user said."""
    if recorded is None:
        return []
    messages = read_messages(recorded)
    if messages is None:
        messages = [Message("user", (TextPart(recorded),))]
    return [golden for message in messages for golden in _told(message)]


def reply(row: Row) -> list[GoldenMessage] | None:
    """Return what a model gave back, or None where that was not recorded.

    The calls are those that the tables have; what was called in text stays text.
    """
    emitted = row["emitted"]
    messages = (read_messages(row["output"]) if row["output"] is not None else None) or []
    if emitted is None and not messages and row["text"] is None:
        return None
    if not messages:
        messages = _from_columns(row)
    choices = _choices(messages)
    if row["text_form"] is None and emitted is not None and len(choices) == 1:
        choices = [_with_calls(choices[0], emitted)]
    reason = REASONS.get(row["finish_reason"], row["finish_reason"])
    return [golden for choice in choices for golden in _given(choice, reason)]


def without_reasoning(messages: Sequence[GoldenMessage]) -> list[GoldenMessage]:
    """Return the messages without what was thought, which takes MLflow's chat away."""
    return [
        message | {"parts": [part for part in message["parts"] if part["type"] != "reasoning"]}
        for message in messages
    ]


def plain_text(messages: Sequence[GoldenMessage]) -> str | None:
    """Return the text of a reply that is nothing but text."""
    if len(messages) != 1:
        return None
    parts = messages[0]["parts"]
    if any(part["type"] not in ("text", "reasoning") for part in parts):
        return None
    return "\n".join(part["content"] for part in parts if part["type"] == "text")


def question(recorded: str | None) -> str | None:
    """Return the last thing that a user said in messages, None where there is no such thing.

    >>> question('{"messages": [{"role": "user", "content": "How much is it?"}]}')
    'How much is it?'
    """
    if recorded is None or recorded.lstrip()[:1] not in ("[", "{"):
        return None
    for message in reversed(read_messages(recorded) or []):
        said = "\n".join(message.texts())
        if message.role == "user" and said:
            return said
    return None


def _told(message: Message) -> Iterator[GoldenMessage]:
    role = _role(message)
    results = [_message("tool", [_result(part)]) for part in message.results()]
    others = [golden for part in message.parts if (golden := _history_part(part)) is not None]
    rest = [_message(role, others or [text_part("")])] if others or not results else []
    # A model that is told results in its own message is told them after what it said.
    yield from [*rest, *results] if role == ASSISTANT else [*results, *rest]


def _given(choice: Message, reason: str | None) -> Iterator[GoldenMessage]:
    parts = [golden for part in choice.parts if (golden := _output_part(part)) is not None]
    said = any(part["type"] != "reasoning" for part in parts)
    called = any(part["type"] == "tool_call" for part in parts)
    own = REASONS.get(choice.finish_reason or "", choice.finish_reason)
    # Phoenix leaves a message out that does not say why it ends.
    stopped = {"finish_reason": reason or own or ("tool_call" if called else "stop")}
    yield _message(ASSISTANT, parts if said else [*parts, text_part("")]) | stopped
    for result in choice.results():
        yield _message("tool", [_result(result)]) | stopped


def _choices(messages: list[Message]) -> list[Message]:
    """Return the messages of one reply as one, unless several say why they ended: alternatives."""
    if len(messages) == 1 or sum(message.finish_reason is not None for message in messages) > 1:
        return messages
    reason = next((each.finish_reason for each in messages if each.finish_reason), None)
    parts = tuple(part for message in messages for part in message.parts)
    return [Message(ASSISTANT, parts, reason)]


def _from_columns(row: Row) -> list[Message]:
    thought = [ReasoningPart(row["reasoning"])] if row["reasoning"] else []
    said = [TextPart(row["text"])] if row["text"] else []
    return [Message(ASSISTANT, (*thought, *said))]


def _with_calls(choice: Message, emitted: Sequence[Row]) -> Message:
    """Return a reply with the calls of the tables, each where the reply has one, or behind it."""
    calls = iter([CallPart(call["name"], call["raw_arguments"], call["id"]) for call in emitted])
    parts = [next(calls, part) if isinstance(part, CallPart) else part for part in choice.parts]
    return Message(choice.role, (*parts, *calls), choice.finish_reason)


def _output_part(part: Any) -> Part | None:
    if isinstance(part, ReasoningPart):
        return {"type": "reasoning", "content": part.text}
    return _history_part(part)


def _history_part(part: Any) -> Part | None:
    if isinstance(part, TextPart):
        return text_part(part.text)
    if isinstance(part, CallPart):
        return call_part({"id": part.id, "name": part.name, "arguments": part.raw_arguments})
    if isinstance(part, OtherPart):
        return text_part(content_text([part.raw]) or "")
    return None


def _result(part: ResultPart) -> Part:
    golden: Part = {"type": "tool_call_response", "id": part.id, "response": part.text}
    named = {"name": part.name} if part.name else {}
    return golden | named | ({"is_error": True} if part.error else {})


def _role(message: Message) -> str:
    if message.role in MODEL_ROLES:
        return ASSISTANT
    return _ROLES.get(message.role, message.role)


def _message(role: str, parts: list[Part]) -> GoldenMessage:
    return {"role": role, "parts": parts}
