"""Spans as OTLP JSON: each is looked at for its ids and passed on as the bytes that it came in."""

from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from midspan.pipelines.ingest.decode.ids import SPAN, TRACE, hex_id
from midspan.pipelines.watch.splitting.json_request import Sender, joined, senders_of
from midspan.pipelines.watch.splitting.names import RUN, SESSIONS, mentioned
from midspan.pipelines.watch.splitting.traces import (
    Split,
    Trace,
    Traces,
    is_root,
    is_time,
    problem_of_ids,
)


class _Value(msgspec.Struct, gc=False):
    stringValue: str | None = None


class _Pair(msgspec.Struct, gc=False):
    key: str = ""
    value: _Value | None = None


class _Resource(msgspec.Struct, gc=False):
    attributes: list[_Pair] = []


class _Ids(msgspec.Struct, gc=False):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str | None = None
    startTimeUnixNano: int = 0
    endTimeUnixNano: int = 0


class _Known(_Ids, gc=False):
    attributes: list[_Pair] | UnsetType = UNSET


class Piece(NamedTuple):
    """One span as it came, and the numbers of its sender and library."""

    sender: int
    library: int
    span: bytes


_IDS: Final = msgspec.json.Decoder(_Ids, strict=False)
_KNOWN: Final = msgspec.json.Decoder(_Known, strict=False)
_RESOURCE: Final = msgspec.json.Decoder(_Resource, strict=False)


def split_json_spans(body: bytes, received_ns: int) -> Split:
    """Return the entries of a request."""
    senders = senders_of(body, "spans")
    traces: Traces[Piece] = Traces("traces", "json", received_ns)
    names = mentioned(body)
    for number, sender in enumerate(senders):
        run_id = _run_of(sender) if RUN in names else None
        for place, library in enumerate(sender.libraries):
            for raw in library.records:
                _take(traces, Piece(number, place, bytes(raw)), run_id, names)
    return traces.entries(lambda pieces: joined("spans", senders, pieces))


def _take(traces: Traces[Piece], piece: Piece, run_id: str | None, names: frozenset[str]) -> None:
    told = bool(names) and any(name.encode() in piece.span for name in names)
    try:
        span = (_KNOWN if told else _IDS).decode(piece.span)
    except (ValueError, RecursionError) as error:
        traces.refuse("bad_span", f"span does not fit OTLP: {error}")
        return
    trace_id, span_id = hex_id(span.traceId, TRACE), hex_id(span.spanId, SPAN)
    parent_id = hex_id(span.parentSpanId, SPAN) if span.parentSpanId else None
    problem = problem_of_ids(trace_id, span_id, parent_id)
    if problem is not None:
        traces.refuse("bad_id", problem)
        return
    if not is_time(span.startTimeUnixNano):
        traces.refuse("bad_time", f"start time is missing or out of range: {span_id}")
        return
    trace = traces.of(trace_id.lower())
    trace.pieces.append(piece)
    root = is_root(parent_id)
    trace.root_ended |= root and span.endTimeUnixNano > 0
    rank = (not root, span.startTimeUnixNano, span_id)
    if isinstance(span, _Known) and span.attributes is not UNSET:
        run_id = _claimed(trace, rank, span.attributes) or run_id
    if run_id is not None:
        trace.claim_run(rank, run_id)


def _claimed(trace: Trace[Piece], rank: tuple[bool, int, str], pairs: list[_Pair]) -> str | None:
    """Note the session that attributes name, and return their run id."""
    found = {pair.key: pair.value.stringValue for pair in pairs if pair.value is not None}
    session = next((found[name] for name in SESSIONS if found.get(name)), None)
    if session:
        trace.claim_session(rank, session)
    return found.get(RUN)


def _run_of(sender: Sender) -> str | None:
    """Return the run id of a resource."""
    if not bytes(sender.resource):
        return None
    try:
        pairs = _RESOURCE.decode(sender.resource).attributes
    except (ValueError, RecursionError):
        return None
    return next((each.value.stringValue for each in pairs if each.key == RUN and each.value), None)
