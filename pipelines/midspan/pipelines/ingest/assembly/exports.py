"""Each span once, however many times it was exported."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from midspan.pipelines.ingest.span import Span, SpanKey, key_of


def merge_repeated(spans: Iterable[Span], merged: Counter[int]) -> list[Span]:
    """Return each span once: of an export that came twice, the fields of both."""
    first: dict[SpanKey, Span] = {}
    repeated: dict[SpanKey, list[Span]] = {}
    for span in spans:
        key = key_of(span)
        known = first.setdefault(key, span)
        if known is not span:
            repeated.setdefault(key, [known]).append(span)
    for key, exports in repeated.items():
        # The one read first stays counted as kept, and names its file from now on.
        kept, *others = sorted(span.source for span in exports)
        merged.update(others)
        exports.sort(key=_preference)
        for span in exports[1:]:
            _fill(exports[0], span)
        exports[0].source = kept
        first[key] = exports[0]
    return list(first.values())


def _preference(span: Span) -> tuple[bool, int, bool, bytes]:
    """Return the sort key of exports of one span: ended first, then what logs completed."""
    content = msgspec.msgpack.encode(msgspec.structs.replace(span, source=0))
    return (span.end_ns is None, -(span.end_ns or 0), not span.logged, content)


def _fill(span: Span, other: Span) -> None:
    """Take over what this export of a span lacks and the other has."""
    for name in Span.__struct_fields__:
        if getattr(span, name) is None:
            setattr(span, name, getattr(other, name))
    span.context = {**other.context, **span.context}
    if span.attributes == "{}":
        span.attributes = other.attributes
