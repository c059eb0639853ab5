"""Where a log record belongs, by the rules of ingest."""

from typing import TypeVar

from midspan.pipelines.ingest.logs.entry import entry_of
from midspan.pipelines.ingest.raw import RawLog, Rejected
from midspan.pipelines.watch.splitting.traces import TRACE_DIGITS, Traces

Piece = TypeVar("Piece")


def take_log(traces: Traces[Piece], record: RawLog, piece: Piece) -> None:
    """Put a log record to those of its trace, or of its session."""
    entry = entry_of(record, 0)
    if isinstance(entry, Rejected):
        traces.refuse("bad_log", entry.reason)
        return
    trace_id = entry.trace_id if _is_id(entry.trace_id) else None
    trace = traces.of(trace_id, None if trace_id else entry.session)
    trace.pieces.append(piece)
    if entry.session:
        trace.claim_session((True, record.time_ns, record.span_id), entry.session)


def _is_id(text: str) -> bool:
    return len(text) == TRACE_DIGITS and bool(text.strip("0"))
