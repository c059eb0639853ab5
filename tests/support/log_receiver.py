"""A backend that takes log records by OTLP over HTTP, as a collector does, and keeps them."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from tests.support.republished import plain

Response = tuple[int, bytes, dict[str, str]]
"""Status, body and headers of an answer."""

Rule = Callable[[int, ExportLogsServiceRequest], Response | None]
"""Number of the request, from 0, and what it holds, to its answer; None: it is taken."""


@dataclass(kw_only=True)
class Receiver:
    """Where it listens, what it was sent with, and the records that it took."""

    url: str
    rule: Rule
    requests: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    records: list[LogRecord] = field(default_factory=list)

    def said(self) -> list[dict[str, Any]]:
        """Return the attributes of all records that were taken."""
        return [{pair.key: plain(pair.value) for pair in one.attributes} for one in self.records]


def partly(rejected: int, why: str) -> Response:
    """Return the answer to a request that is taken but for some records."""
    answer = ExportLogsServiceResponse()
    answer.partial_success.rejected_log_records = rejected
    answer.partial_success.error_message = why
    return 200, answer.SerializeToString(), {"content-type": "application/x-protobuf"}


@contextmanager
def receiving(rule: Rule = lambda _number, _request: None) -> Iterator[Receiver]:
    """Give a backend; `rule` may answer otherwise than that it took everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    receiver = Receiver(url=f"http://127.0.0.1:{server.server_port}", rule=rule)
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"]))
        request = ExportLogsServiceRequest.FromString(gzip.decompress(body))
        receiver.paths.append(self.path)
        receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
        status, answer, headers = receiver.rule(receiver.requests, request) or (200, b"", {})
        receiver.requests += 1
        if status == 200:
            for of_project in request.resource_logs:
                resource = {pair.key: plain(pair.value) for pair in of_project.resource.attributes}
                receiver.resources.append(resource)
                for scope in of_project.scope_logs:
                    receiver.records += scope.log_records
        self.send_response(status)
        for name, value in {"content-length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass
