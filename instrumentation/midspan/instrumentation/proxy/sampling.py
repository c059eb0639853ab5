"""Puts what an experiment fixes (temperature, seed ...) into the requests of an agent."""

import json
from collections.abc import Mapping
from typing import Any

from midspan.instrumentation.proxy.headers import Headers


def with_sampling(body: bytes, sampling: Mapping[str, Any]) -> bytes:
    """Return the body of a request with these values in it; one that is no object as it is.

    >>> with_sampling(b'{"model": "m", "temperature": 1}', {"temperature": 0, "seed": 7})
    b'{"model":"m","temperature":0,"seed":7}'
    """
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(asked, dict):
        return body
    return json.dumps(asked | dict(sampling), separators=(",", ":")).encode()


class CompressedError(Exception):
    """A body into which nothing can be put."""


def require_plain(coding: str | None) -> None:
    """Raise unless a body is sent as it is: what is fixed would else be left out unnoticed.

    >>> require_plain(None), require_plain("Identity")
    (None, None)
    """
    if (coding or "identity").strip().lower() != "identity":
        raise CompressedError(
            f"the sampling of the run cannot be put into a body that is compressed ({coding}): "
            "send it without content-encoding"
        )


def with_length(headers: Headers, length: int) -> Headers:
    """Return the headers of a body that is sent in one piece of this length."""
    dropped = (b"content-length", b"transfer-encoding")
    kept = [(name, value) for name, value in headers if name.lower() not in dropped]
    return [*kept, (b"content-length", b"%d" % length)]
