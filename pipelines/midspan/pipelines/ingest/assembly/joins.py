"""What only putting runs together needs of a span, for when late spans join its run."""

from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.assembly.shared_fields import SHARED_FIELDS, TOKEN_FIELDS
from midspan.pipelines.ingest.span import Span

_DERIVED_FIELDS: Final = (*SHARED_FIELDS, "kind", "status", "notes", "text_form")
"""What putting a run together may change of a span, from what its other spans say."""


class _Joins(msgspec.Struct, omit_defaults=True):
    """What the tables do not show of a span, and what it `was` where it has been changed."""

    tool_name: str | None = None
    call_id: str | None = None
    context: dict[str, Any] | None = None
    launch: int = 0
    agent: str | None = None
    logged: bool = False
    source: int = -1
    outside: bool = False
    was: dict[str, Any] | None = None


def as_received(span: Span) -> Span:
    """Return a copy of a span as it is before its run is put together."""
    return msgspec.structs.replace(span, notes=span.notes.copy())


def joins_of(span: Span, received: Span, *, counts: bool) -> str:
    """Return the value of the private column for a span, with what the tables show otherwise."""
    joins = _Joins(
        span.tool_name or None,
        span.call_id or None,
        span.context or None,
        span.launch,
        span.agent or None,
        span.logged,
        span.source,
        span.outside,
        None if counts and received == span else _was(span, received, counts=counts) or None,
    )
    return msgspec.json.encode(joins).decode()


def _was(span: Span, received: Span, *, counts: bool) -> dict[str, Any]:
    return {
        name: getattr(received, name)
        for name in _DERIVED_FIELDS
        if getattr(received, name) != getattr(span, name)
        or (not counts and name in TOKEN_FIELDS and getattr(received, name) is not None)
    }
