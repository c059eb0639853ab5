"""Log records as OTLP protobuf: each goes with its trace, or with its session."""

from collections.abc import Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs

from midspan.pipelines.ingest.decode.otlp_protobuf import raw_log, values_of
from midspan.pipelines.watch.splitting.log_records import take_log
from midspan.pipelines.watch.splitting.protobuf_request import Piece, nested, parsed
from midspan.pipelines.watch.splitting.traces import Split, Traces

LogPiece = Piece[ResourceLogs, ScopeLogs, LogRecord]


def split_protobuf_logs(body: bytes, received_ns: int) -> Split:
    """Return the entries of a request."""
    request, _ = parsed(ExportLogsServiceRequest, body, "log")
    traces: Traces[LogPiece] = Traces("logs", "protobuf", received_ns)
    for sender in request.resource_logs:
        resource = values_of(sender.resource.attributes)
        for library in sender.scope_logs:
            for record in library.log_records:
                piece = Piece(sender, library, record)
                take_log(traces, raw_log(0, record, resource, library.scope.name), piece)
    return traces.entries(_joined)


def _joined(pieces: Sequence[LogPiece]) -> bytes:
    """Return a request of these records, each below what it stood in."""
    request = ExportLogsServiceRequest()
    for told, libraries in nested(pieces):
        sender = request.resource_logs.add(resource=told.resource, schema_url=told.schema_url)
        for library, records in libraries:
            sender.scope_logs.add(
                scope=library.scope, schema_url=library.schema_url, log_records=records
            )
    return request.SerializeToString()
