"""How many spans stand in a file of the spool."""

from pathlib import Path

import msgspec


class _Scope(msgspec.Struct, frozen=True):
    spans: list[msgspec.Raw] = []


class _Resource(msgspec.Struct, frozen=True, rename="camel"):
    scope_spans: list[_Scope] = []


class _Line(msgspec.Struct, frozen=True, rename="camel"):
    resource_spans: list[_Resource] = []


_DECODER: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)


def spans_in(path: Path) -> int:
    """Return how many spans a file holds; a line that is none counts for nothing."""
    with path.open("rb") as lines:
        return sum(_spans(line) for line in lines)


def _spans(line: bytes) -> int:
    try:
        decoded = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    return sum(len(scope.spans) for one in decoded.resource_spans for scope in one.scope_spans)
