"""Log records as OTLP JSON: each goes with its trace, or with its session where it names none."""

from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.decode.otlp import LogRecord, Resource, values_of
from midspan.pipelines.ingest.decode.otlp_json import raw_log
from midspan.pipelines.watch.splitting.json_request import Sender, joined, senders_of
from midspan.pipelines.watch.splitting.log_records import take_log
from midspan.pipelines.watch.splitting.traces import Split, Traces

_RECORD: Final = msgspec.json.Decoder(LogRecord, strict=False)
_RESOURCE: Final = msgspec.json.Decoder(Resource, strict=False)

Piece = tuple[int, int, bytes]


def split_json_logs(body: bytes, received_ns: int) -> Split:
    """Return the entries of a request."""
    senders = senders_of(body, "logs")
    traces: Traces[Piece] = Traces("logs", "json", received_ns)
    for number, sender in enumerate(senders):
        resource = _resource(sender)
        for place, library in enumerate(sender.libraries):
            for raw in library.records:
                piece = (number, place, bytes(raw))
                try:
                    record = raw_log(0, _RECORD.decode(raw), resource, "")
                except (ValueError, RecursionError) as error:
                    traces.refuse("bad_log", f"log record does not fit OTLP: {error}")
                else:
                    take_log(traces, record, piece)
    return traces.entries(lambda pieces: joined("logs", senders, pieces))


def _resource(sender: Sender) -> dict[str, Any]:
    if not bytes(sender.resource):
        return {}
    try:
        return values_of(_RESOURCE.decode(sender.resource).attributes)
    except (ValueError, RecursionError):
        return {}
