"""What a model read: flat messages, with what only the raw request says of tool results."""

from collections.abc import Iterator
from typing import Final

import msgspec

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import Message, Part, ResultPart, parse, read_messages
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.dialects.openinference.flat_messages import (
    take_messages,
    take_texts,
)
from midspan.pipelines.ingest.normalise.source import Source

_MARKS_OF_ERRORS: Final = ('"is_error": true', '"is_error":true', '"status": "error"')


def take_input(source: Source) -> list[Message] | None:
    """Return the messages of the request, or None where they were not recorded."""
    flat = take_messages(source, "llm.input_messages")
    if flat is None:
        prompts = take_texts(source, "llm.prompts", "prompt")
        return [_user(text) for text in prompts] or _of_request(source)
    request = source.peek(conventions.INPUT_VALUE)
    if request is None:
        return flat
    unnamed = any(result.id is None for message in flat for result in message.results())
    raw = read_messages(request) if unnamed or flags_errors(source) else None
    return flat if raw is None else _with_flags(flat, raw)


def flags_errors(source: Source) -> bool:
    """Return whether the raw request marks a result as an error, which no other form does."""
    request = source.peek(conventions.INPUT_VALUE)
    return isinstance(request, str) and any(mark in request for mark in _MARKS_OF_ERRORS)


def _of_request(source: Source) -> list[Message] | None:
    request = source.peek(conventions.INPUT_VALUE)
    messages = read_messages(request)
    if messages is not None or not isinstance(request, str) or parse(request) is not None:
        return messages
    cut = source.peek(conventions.INPUT_MIME_TYPE) == conventions.JSON_MIME_TYPE
    return None if cut or not request else [_user(request)]


def _user(text: str) -> Message:
    return Message("user", (TextPart(text),))


def _with_flags(flat: list[Message], raw: list[Message]) -> list[Message]:
    """Return the messages, their results with ids and error flags from the raw request."""
    here = [result for message in flat for result in message.results()]
    told = [result for message in raw for result in message.results()]
    if len(told) == len(here):
        partners: list[ResultPart | None] = list(told)
    else:
        by_id = {result.id: result for result in told}
        partners = [by_id.get(result.id) if result.id else None for result in here]
    in_order = iter(partners)
    return [
        msgspec.structs.replace(
            message, parts=tuple(_flagged(part, in_order) for part in message.parts)
        )
        for message in flat
    ]


def _flagged(part: Part, partners: Iterator[ResultPart | None]) -> Part:
    if not isinstance(part, ResultPart):
        return part
    partner = next(partners)
    if partner is None:
        return part
    return msgspec.structs.replace(
        part, id=part.id or partner.id, error=part.error or partner.error
    )
