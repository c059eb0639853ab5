"""Which headers pass, and which few of them are kept for the record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Headers = Sequence[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""What speaks of one connection only, and not of the message."""

OURS: Final = b"x-midspan-"
"""Headers that are for the proxy end here."""

KEYS: Final = (b"authorization", b"x-api-key", b"api-key")

READABLE: Final = frozenset({"gzip", "deflate", "identity"})
"""Codings of a body that the recorder can read."""

TOKEN: Final = b"x-midspan-token"

RETRIES: Final = "x-stainless-retry-count"
"""How often a client has sent a request before."""

SESSIONS: Final = (
    "x-midspan-session",
    "x-claude-code-session-id",
    "x-session-id",
    "session_id",
    "session-id",
    "conversation_id",
)
"""Which session a request belongs to; the first that is there says so."""

KEPT: Final = frozenset({"baggage", "traceparent", "tracestate", RETRIES, *SESSIONS})
"""What is known about a request beside its body. Keys are never among it."""


def value_of(headers: Headers, name: bytes) -> str | None:
    """Return the value of a header, several ones joined, or None where it is not there."""
    found = [value for key, value in headers if key.lower() == name]
    return b",".join(found).decode("latin-1") if found else None


def kept_headers(headers: Headers) -> Mapping[str, str]:
    """Return the headers that say which run a request belongs to."""
    named = ((key.lower(), value) for key, value in headers)
    return {
        name: value.decode("utf-8", "replace")
        for key, value in named
        if (name := key.decode("latin-1")) in KEPT or (key.startswith(OURS) and key != TOKEN)
    }


def to_upstream(
    headers: Headers, *, authority: str, key: str | None, plain: bool, keyless: bool = False
) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request as the upstream gets them.

    Codings that could not be read again are not asked for, and none at all where `plain`. What the
    client shows as its key goes no further where there is another one, or where `keyless`.
    """
    dropped = _of_connection(headers) | {b"host", b"expect"}
    passed = [(b"host", authority.encode("latin-1"))]
    for name, value in headers:
        lower = name.lower()
        if lower in dropped or lower.startswith(OURS) or ((key or keyless) and lower in KEYS):
            continue
        if lower == b"accept-encoding":
            value = b"identity" if plain else _readable(value)
        passed.append((name, value))
    if key:
        anthropic = any(name.lower() == b"x-api-key" for name, _ in headers)
        secret = key.encode("latin-1")
        passed.append(
            (b"x-api-key", secret) if anthropic else (b"authorization", b"Bearer " + secret)
        )
    return passed


def to_client(headers: Headers, *, rewritten: bool = False) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response as the client gets them; `rewritten` if the body changes."""
    dropped = _of_connection(headers) | ({b"content-length", b"etag"} if rewritten else set())
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _of_connection(headers: Headers) -> frozenset[bytes]:
    named: Iterable[bytes] = (
        word.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for word in value.split(b",")
    )
    return HOP_BY_HOP | frozenset(named)


def _readable(value: bytes) -> bytes:
    codings = [each.strip() for each in value.decode("latin-1").split(",")]
    kept = [each for each in codings if each.partition(";")[0].strip().lower() in READABLE]
    return (", ".join(kept) or "identity").encode("latin-1")
