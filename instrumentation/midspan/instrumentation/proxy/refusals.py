"""Errors of the proxy itself, in the form that clients of each API read."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

OPENAI_TYPES: Final = {401: "authentication_error", 403: "permission_error"}


def error_body(path: str, status: int, message: str, *, code: str) -> bytes:
    """Return the body of an error, in Anthropic's form for its paths and else in OpenAI's.

    >>> error_body("/v1/chat/completions", 502, "gone", code="upstream_unreachable")
    b'{"error":{"message":"gone","type":"api_error","param":null,"code":"upstream_unreachable"}}'
    """
    kind = OPENAI_TYPES.get(status, "api_error")
    if "/messages" in path:
        document: object = {"type": "error", "error": {"type": kind, "message": message}}
    else:
        error = {"message": message, "type": kind, "param": None, "code": code}
        document = {"error": error}
    return json.dumps(document, separators=(",", ":")).encode()


async def refuse(
    send: Callable[[dict[str, Any]], Awaitable[None]],
    status: int,
    message: str,
    *,
    path: str,
    code: str,
) -> None:
    """Answer a request with an error."""
    body = error_body(path, status, message, code=code)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
