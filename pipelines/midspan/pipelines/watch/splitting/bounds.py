"""Bodies that would take many times their size in memory, told before they are decoded."""

from typing import Final

from midspan.pipelines.watch.splitting.traces import Unreadable

LOOKED_AT: Final = 4 * 2**20
"""Smaller bodies cannot take much, whatever they hold."""

LEAST_BYTES: Final = 12
"""What each object or list of JSON comes to, on the whole: an attribute has about sixty."""

_EMPTY: Final = tuple(bytes([number << 3 | 2, 0]) for number in (1, 2, 3, 5, 6, 9, 11, 13))
"""Messages of nothing, by the numbers that have messages in OTLP: two bytes that become sixty."""

_TOO_MANY: Final = "too many parts for its size: send smaller batches"


def require_json_of_some_size(body: bytes) -> None:
    """Raise `Unreadable` for a large body of next to nothing but brackets."""
    if len(body) > LOOKED_AT and (body.count(b"{") + body.count(b"[")) * LEAST_BYTES > len(body):
        raise Unreadable(_TOO_MANY)


def require_protobuf_of_some_size(body: bytes) -> None:
    """Raise `Unreadable` for a large body of which a quarter are empty messages."""
    if len(body) > LOOKED_AT and 8 * sum(map(body.count, _EMPTY)) > len(body):
        raise Unreadable(_TOO_MANY)
