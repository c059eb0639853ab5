"""Spans that were read from a server, as entries of the backlog: one for each trace of a page."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.raw import RawSpan
from midspan.pipelines.watch.backlog import Entry, Header

SESSIONS: Final = (conventions.CONVERSATION_ID, "session.id")
"""Where a span says its session, as ingest reads it."""

LARGEST: Final = 2**63
CODES: Final = {"ok": 1, "error": 2}

Json = dict[str, Any]


def entries(spans: Iterable[RawSpan], *, received_ns: int) -> list[Entry]:
    """Return an entry for each trace, in the order in which the traces came."""
    by_trace: dict[str, list[RawSpan]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    return [_entry(trace, found, received_ns) for trace, found in by_trace.items()]


def _entry(trace: str, spans: Sequence[RawSpan], received_ns: int) -> Entry:
    header = Header(
        kind="traces",
        encoding="json",
        trace_id=trace,
        run_id=_first(spans, (conventions.RUN_ID,)),
        session=_first(spans, SESSIONS),
        root_ended=any(not span.parent_id and span.end_ns for span in spans),
        spans=len(spans),
        received_ns=received_ns,
    )
    return Entry(header=header, payload=msgspec.json.encode(request(spans)))


def _first(spans: Sequence[RawSpan], names: Sequence[str]) -> str | None:
    """Return the first value that any span has under one of some names."""
    for span in spans:
        for name in names:
            for attributes in (span.attributes, span.resource):
                value = attributes.get(name)
                if value is not None and value != "":
                    return str(value)
    return None


def request(spans: Sequence[RawSpan]) -> Json:
    """Return spans of one resource as the request that an exporter would have sent."""
    first = spans[0]
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(first.resource)},
                "scopeSpans": [
                    {"scope": {"name": first.scope}, "spans": [_span(span) for span in spans]}
                ],
            }
        ]
    }


def _span(span: RawSpan) -> Json:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        **({"parentSpanId": span.parent_id} if span.parent_id else {}),
        "name": span.name,
        "startTimeUnixNano": span.start_ns,
        "endTimeUnixNano": span.end_ns,
        "status": {"code": CODES.get(span.status, 0), "message": span.status_message},
        "attributes": attributes(span.attributes),
        "events": [
            {
                "name": event.name,
                "timeUnixNano": event.time_ns,
                "attributes": attributes(event.attributes),
            }
            for event in span.events
        ],
    }


def attributes(values: Mapping[str, Any]) -> list[Json]:
    """Return attributes in OTLP's form.

    >>> attributes({"a": 1, "b": None})
    [{'key': 'a', 'value': {'intValue': 1}}, {'key': 'b'}]
    """
    return [_pair(name, value) for name, value in values.items()]


def _pair(name: str, value: Any) -> Json:
    return {"key": _text(name)} if value is None else {"key": _text(name), "value": _value(value)}


def _value(value: Any) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        within = -LARGEST <= value < LARGEST
        return {"intValue": value} if within else {"stringValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if math.isfinite(value) else str(value)}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [{} if each is None else _value(each) for each in value]}}
    if isinstance(value, Mapping):
        return {"kvlistValue": {"values": attributes(value)}}
    return {"stringValue": _text(str(value))}


def _text(text: str) -> str:
    """Return a text without half surrogate pairs, which no encoding takes."""
    return text.encode(errors="replace").decode()
