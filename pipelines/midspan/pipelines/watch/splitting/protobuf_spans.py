"""Spans as OTLP protobuf: a request of one trace stays as it is, others are put together anew."""

from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from midspan.pipelines.watch.splitting.names import RUN, SESSIONS, mentioned
from midspan.pipelines.watch.splitting.protobuf_request import Piece, nested, parsed
from midspan.pipelines.watch.splitting.traces import (
    Split,
    Trace,
    Traces,
    is_root,
    is_time,
    problem_of_ids,
)

SpanPiece = Piece[ResourceSpans, ScopeSpans, Span]

_SESSIONS: Final = {name: rank for rank, name in enumerate(SESSIONS)}


def split_protobuf_spans(body: bytes, received_ns: int) -> Split:
    """Return the entries of a request."""
    request, body = parsed(ExportTraceServiceRequest, body, "span")
    traces: Traces[SpanPiece] = Traces("traces", "protobuf", received_ns)
    names = mentioned(body)
    for sender in request.resource_spans:
        run_id = _run_of(sender.resource.attributes) if RUN in names else None
        for library in sender.scope_spans:
            for span in library.spans:
                _take(traces, Piece(sender, library, span), run_id, told=bool(names))
    is_one_trace = len(traces) == 1 and not traces.split.refused
    return traces.entries(lambda pieces: body if is_one_trace else _joined(pieces))


def _take(traces: Traces[SpanPiece], piece: SpanPiece, run_id: str | None, *, told: bool) -> None:
    span = piece.record
    trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
    parent_id = span.parent_span_id.hex()
    problem = problem_of_ids(trace_id, span_id, parent_id)
    if problem is not None:
        traces.refuse("bad_id", problem)
        return
    start_ns = span.start_time_unix_nano
    if not is_time(start_ns):
        traces.refuse("bad_time", f"start time is missing or out of range: {span_id}")
        return
    trace = traces.of(trace_id)
    trace.pieces.append(piece)
    root = is_root(parent_id)
    trace.root_ended |= root and span.end_time_unix_nano > 0
    rank = (not root, start_ns, span_id)
    if told:
        run_id = _claimed(trace, rank, span.attributes) or run_id
    if run_id:
        trace.claim_run(rank, run_id)


def _claimed(
    trace: Trace[SpanPiece], rank: tuple[bool, int, str], attributes: Iterable[KeyValue]
) -> str | None:
    """Note the session that attributes name, and return their run id."""
    run_id, sessions = None, []
    for pair in attributes:
        key = pair.key
        if key == RUN:
            run_id = pair.value.string_value
        elif key in _SESSIONS and pair.value.string_value:
            sessions.append((_SESSIONS[key], pair.value.string_value))
    if sessions:
        trace.claim_session(rank, min(sessions)[1])
    return run_id


def _run_of(attributes: Iterable[KeyValue]) -> str | None:
    """Return the run id of a resource."""
    return next((pair.value.string_value for pair in attributes if pair.key == RUN), None)


def _joined(pieces: Sequence[SpanPiece]) -> bytes:
    """Return a request of these spans, each below what it stood in."""
    request = ExportTraceServiceRequest()
    for told, libraries in nested(pieces):
        sender = request.resource_spans.add(resource=told.resource, schema_url=told.schema_url)
        for library, spans in libraries:
            sender.scope_spans.add(scope=library.scope, schema_url=library.schema_url, spans=spans)
    return request.SerializeToString()
