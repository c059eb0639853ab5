"""A server that takes OTLP and keeps what it took, or answers as it is told to."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Takes OTLP; `answers` are given first, one a request: a status, headers and a body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.unfit: set[str] = set()
        self.taken: list[tuple[str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def traces(self) -> list[str]:
        """Return the traces of all spans that were taken, in order."""
        return [
            span["traceId"]
            for path, body in self.taken
            if path == "/v1/traces"
            for sender in json.loads(body)["resourceSpans"]
            for library in sender["scopeSpans"]
            for span in library["spans"]
        ]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked += 1
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        status, answer = 200, b"{}"
        headers: dict[str, str] = {}
        if self.server.answers:
            status, headers, answer = self.server.answers.pop(0)
        elif any(each.encode() in body for each in self.server.unfit):
            status = 400
        if status == 200:
            self.server.taken.append((self.path, body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""
