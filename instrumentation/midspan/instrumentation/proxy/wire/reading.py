"""From the bytes of a body to what it says."""

import json
import zlib
from typing import Any

from midspan.instrumentation.proxy.exchange import EVENT_STREAM, Api
from midspan.instrumentation.proxy.wire import anthropic, chat, responses
from midspan.instrumentation.proxy.wire.asked import Asked, Json
from midspan.instrumentation.proxy.wire.sse import documents

REQUESTS = {"chat": chat.asked, "responses": responses.asked, "messages": anthropic.asked}
STREAMS = {
    "chat": chat.completion_of,
    "responses": responses.completion_of,
    "messages": anthropic.completion_of,
}


class Unreadable(ValueError):
    """A body that cannot be read; the message says why."""


def read_request(api: Api, body: bytes, *, coding: str | None, most: int) -> Asked:
    """Return what a request asks, or raise `Unreadable`."""
    return REQUESTS[api](_object(decoded(body, coding, most)))


def read_reply(api: Api, body: bytes, *, coding: str | None, content_type: str, most: int) -> Json:
    """Return a reply, streamed or not, in the form of a chat completion, or raise `Unreadable`."""
    plain = decoded(body, coding, most)
    if content_type.startswith(EVENT_STREAM):
        return STREAMS[api](documents(plain))
    document = _object(plain)
    if api == "chat":
        return document
    read = responses if api == "responses" else anthropic
    completion: Json = read.completion_of_reply(document)
    return {"detail": document.get("detail")} | completion


def decoded(body: bytes, coding: str | None, most: int) -> bytes:
    """Return a body without its coding; of one that was cut off as much as there is."""
    name = (coding or "identity").strip().lower()
    if name == "identity":
        return body
    if name not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable(f"content-encoding {name} cannot be read")
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = decoder.decompress(body, most)
    except zlib.error as error:
        raise Unreadable(f"the body is no {name}: {error}") from error
    if decoder.unconsumed_tail:
        raise Unreadable(f"the body is larger than {most:,} bytes once it is unpacked")
    return plain


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Unreadable("the body is no JSON object")
    return document
