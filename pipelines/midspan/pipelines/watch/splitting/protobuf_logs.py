"""Log records as OTLP protobuf: each goes with its trace, or with its session."""

from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs

from midspan.pipelines.ingest.decode.otlp_protobuf import raw_log, values_of
from midspan.pipelines.watch.splitting.bounds import require_protobuf_of_some_size
from midspan.pipelines.watch.splitting.log_records import take_log
from midspan.pipelines.watch.splitting.protobuf_request import not_readable, with_readable_texts
from midspan.pipelines.watch.splitting.traces import Split, Traces


class Piece(NamedTuple):
    """One log record, and what it stood in."""

    sender: ResourceLogs
    library: ScopeLogs
    record: LogRecord


def split_protobuf_logs(body: bytes, received_ns: int) -> Split:
    """Return the entries of a request."""
    request = _parsed(body)
    traces: Traces[Piece] = Traces("logs", "protobuf", received_ns)
    for sender in request.resource_logs:
        resource = values_of(sender.resource.attributes)
        for library in sender.scope_logs:
            for record in library.log_records:
                piece = Piece(sender, library, record)
                take_log(traces, raw_log(0, record, resource, library.scope.name), piece)
    return traces.entries(_joined)


def _parsed(body: bytes) -> ExportLogsServiceRequest:
    require_protobuf_of_some_size(body)
    try:
        return ExportLogsServiceRequest.FromString(body)
    except DecodeError:
        pass
    try:
        return ExportLogsServiceRequest.FromString(with_readable_texts(body, "log"))
    except (ValueError, RecursionError, DecodeError) as error:
        raise not_readable(error) from None


def _joined(pieces: Sequence[Piece]) -> bytes:
    """Return a request of these records, each below what it stood in."""
    request = ExportLogsServiceRequest()
    last: Piece | None = None
    for piece in pieces:
        if last is None or last.sender is not piece.sender:
            sender = request.resource_logs.add(
                resource=piece.sender.resource, schema_url=piece.sender.schema_url
            )
            last = None
        if last is None or last.library is not piece.library:
            library = sender.scope_logs.add(
                scope=piece.library.scope, schema_url=piece.library.schema_url
            )
        library.log_records.append(piece.record)
        last = piece
    return request.SerializeToString()
