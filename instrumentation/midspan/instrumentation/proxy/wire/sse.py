"""Server-sent events: the JSON documents of a stream."""

import json
from collections.abc import Iterator
from typing import Any, Final

DONE: Final = "[DONE]"


def documents(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON object of each event; a last one that was cut off is left out.

    >>> [each["n"] for each in documents(b'event: a\\ndata: {"n": 1}\\n\\ndata: [DONE]\\n\\n')]
    [1]
    """
    for block in text_of_events(body).split("\n\n"):
        document = block_document(block)
        if document is not None:
            yield document


def text_of_events(body: bytes) -> str:
    """Return the text of events, its lines ended by one character each."""
    return body.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def is_over(body: bytes) -> bool:
    """Return whether a stream says itself that it is over."""
    tail = body[-4096:].replace(b" ", b"")
    marks = (b"data:[DONE]", b'"type":"message_stop"', b'"type":"response.completed"')
    return any(mark in tail for mark in marks)


def block_document(block: str) -> dict[str, Any] | None:
    """Return the JSON object of one event, or None where it holds none."""
    data = "\n".join(line[5:].strip(" ") for line in block.split("\n") if line.startswith("data:"))
    if not data or data == DONE:
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
