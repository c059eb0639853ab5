"""One way in for spans and log records, whatever they are encoded in."""

from collections.abc import Callable
from typing import Final

from midspan.pipelines.watch.backlog import Encoding, Kind
from midspan.pipelines.watch.splitting.json_logs import split_json_logs
from midspan.pipelines.watch.splitting.json_spans import split_json_spans
from midspan.pipelines.watch.splitting.protobuf_logs import split_protobuf_logs
from midspan.pipelines.watch.splitting.protobuf_spans import split_protobuf_spans
from midspan.pipelines.watch.splitting.traces import Split

_WAYS: Final[dict[tuple[Kind, Encoding], Callable[[bytes, int], Split]]] = {
    ("traces", "json"): split_json_spans,
    ("traces", "protobuf"): split_protobuf_spans,
    ("logs", "json"): split_json_logs,
    ("logs", "protobuf"): split_protobuf_logs,
}


def split(kind: Kind, encoding: Encoding, body: bytes, *, received_ns: int) -> Split:
    """Return what a request holds, one entry a trace; `Unreadable` says why it is no request."""
    return _WAYS[kind, encoding](body, received_ns)
