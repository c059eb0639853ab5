"""Messages that are written as one attribute a value: `llm.input_messages.0.message.role`."""

from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any, Final

from midspan.pipelines.ingest.content import CallPart, Message, Part, ResultPart
from midspan.pipelines.ingest.content.document import as_text, some_text
from midspan.pipelines.ingest.content.message import OtherPart, ReasoningPart, TextPart
from midspan.pipelines.ingest.normalise.dialects.openinference.plain_messages import (
    Places,
    places_of,
    plain_message,
)
from midspan.pipelines.ingest.normalise.dialects.openinference.values import REDACTED
from midspan.pipelines.ingest.normalise.indexed import take_indexed, take_item
from midspan.pipelines.ingest.normalise.shape import Numbered, Shape
from midspan.pipelines.ingest.normalise.source import Source

Fields = dict[str, Any]
Values = Callable[[Fields], tuple[Any, ...]]
"""Gives the values of a message's attributes, and the first once more: never a single one."""

_MAPPED: Final = frozenset(
    {
        "role",
        "content",
        "name",
        "type",
        "text",
        "id",
        "arguments",
        "tool_call_id",
        "function_call_name",
        "function_call_arguments_json",
    }
)
"""Last names of the attributes that parts hold; others, as signatures, stay unmapped."""

_TEXT_ALONE: Final = frozenset({str})
_THOUGHTS: Final = frozenset({"reasoning", "thinking", "thought", "redacted_thinking"})


def take_messages(source: Source, prefix: str) -> list[Message] | None:
    """Take the messages below a name, or return None where there are none."""
    layout = source.shape.once(prefix, partial(_laid_out, prefix=prefix))
    found = [_take(source, *each) for each in layout]
    return [message for message in found if message is not None] or None


def take_texts(source: Source, prefix: str, inner: str) -> list[str]:
    """Take the texts below a name: the prompts or the choices of a text completion."""
    items = take_indexed(source, prefix, _MAPPED)
    texts = (fields_of(item, inner).get("text") for item in items)
    return [text for text in texts if isinstance(text, str) and text and text != REDACTED]


def fields_of(fields: Fields, name: str) -> Fields:
    """Return the object at a name, an empty one where there is none."""
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def _laid_out(shape: Shape, prefix: str) -> list[tuple[Numbered, Places | None, Values]]:
    """Return how the messages below a name lie in all spans of a shape."""
    return [
        (item, places_of(item.rests), itemgetter(*item.names, item.names[0]))
        for item in shape.numbered.get(prefix, ())
    ]


def _take(source: Source, item: Numbered, places: Places | None, values: Values) -> Message | None:
    if places is not None:
        plain = _take_plain(source.attributes, item, places, values)
        if plain is not None:
            return plain
    fields = take_item(source, item, _MAPPED)
    return None if fields is None else message_of(fields_of(fields, "message"))


def _take_plain(
    attributes: Fields, item: Numbered, places: Places, values: Values
) -> Message | None:
    """Take a message whose attributes are all there, and all text; else None."""
    try:
        texts = values(attributes)
    except KeyError:
        return None
    if not _TEXT_ALONE.issuperset(map(type, texts)):
        return None
    for name in item.names:
        del attributes[name]
    return plain_message(places, (*texts[:-1], ""))


def message_of(fields: Fields) -> Message:
    """Return a message, whatever it is made of."""
    role = some_text(fields.get("role")) or "user"
    blocks = [part for item in _list(fields.get("contents")) for part in _block(item)]
    if not blocks or not any(isinstance(block, TextPart) for block in blocks):
        blocks += _said(fields.get("content"))
    calls = [_call(fields_of(item, "tool_call")) for item in _list(fields.get("tool_calls"))]
    result_id = some_text(fields.get("tool_call_id"))
    if not calls and (result_id is not None or role in {"tool", "function"}):
        return Message("tool", (_result(fields, result_id, blocks),))
    function = some_text(fields.get("function_call_name"))
    if function is not None and not calls:
        arguments = as_text(fields.get("function_call_arguments_json"))
        calls.append(CallPart(function, arguments))
    if calls and blocks:  # the contents repeat what stands under `tool_calls`
        blocks = [block for block in blocks if not isinstance(block, CallPart)]
    return Message(role, (*blocks, *calls))


def _result(fields: Fields, result_id: str | None, blocks: list[Part]) -> ResultPart:
    texts = [block.text for block in blocks if isinstance(block, TextPart)]
    return ResultPart("\n".join(texts) if texts else None, result_id, some_text(fields.get("name")))


def _said(content: Any) -> list[TextPart]:
    """Return the texts of `message.content`, which some write in numbered pieces."""
    if isinstance(content, dict):
        content = list(content.values())
    texts = [as_text(piece) for piece in (content if isinstance(content, list) else [content])]
    return [TextPart(text) for text in texts if text and text != REDACTED]


def _block(item: Fields) -> list[Part]:
    """Return the part of a block of content, or none where it was redacted."""
    content = fields_of(item, "message_content")
    text = content.get("text")
    if isinstance(item.get("tool_call"), dict):
        return [_call(item["tool_call"])]
    if not isinstance(text, str):
        return [OtherPart(content)]
    if text == REDACTED:
        return []
    return [ReasoningPart(text) if content.get("type") in _THOUGHTS else TextPart(text)]


def _call(fields: Fields) -> CallPart:
    function = fields_of(fields, "function")
    name, arguments = some_text(function.get("name")), as_text(function.get("arguments"))
    return CallPart(name or "", arguments, some_text(fields.get("id")))


def _list(value: Any) -> list[Fields]:
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]
