"""An OpenAI-compatible server on loopback whose models are scripted.

>>> with ModelServer() as server:
...     server.url.startswith("http://127.0.0.1:")
True
"""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from midspan.pipelines.demo.completions import Completion
from midspan.pipelines.demo.definitions import RETRY_HEADER
from midspan.pipelines.demo.models import Models, RefusedError

LARGEST_BODY: Final = 16 * 2**20


class ModelServer:
    """The server; it listens while it is entered."""

    def __init__(self, models: Models | None = None, *, port: int = 0) -> None:
        """Take a port, 0 for a free one; a port that is taken is an `OSError`."""
        handler = type("ModelHandler", (_Handler,), {"models": models or Models()})
        self._listener = _Listener(("127.0.0.1", port), handler)

    def __enter__(self) -> Self:
        """Start to answer and return the server."""
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop and give the port back."""
        self._listener.shutdown()
        self._listener.server_close()

    @property
    def port(self) -> int:
        """Return the port that was taken."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """Return the base URL for clients, with `/v1` at its end."""
        return f"http://127.0.0.1:{self.port}/v1"


class _Listener(ThreadingHTTPServer):
    # Clients keep connections open; a server that waited for their threads would never stop.
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    models: ClassVar[Models]
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: in two, the second waits for the client's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.rstrip("/") != "/v1/models":
            self._send(404, RefusedError(404, f"No {self.path} here.", code="not_found").body)
            return
        names = [
            {"id": name, "object": "model", "created": 0, "owned_by": "midspan"}
            for name in self.models.behaviours
        ]
        self._send(200, {"object": "list", "data": names})

    def do_POST(self) -> None:
        try:
            completion = self._complete(self.rfile.read(self._length()))
        except RefusedError as refused:
            self._send(refused.status, refused.body)
            return
        if completion.request.get("stream"):
            self._stream(completion)
        else:
            self._send(200, completion.body())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the spans are the log."""

    def _complete(self, data: bytes) -> Completion:
        if self.path.rstrip("/") != "/v1/chat/completions":
            raise RefusedError(404, f"No {self.path} here.", code="not_found")
        try:
            request = json.loads(data)
        except ValueError:
            raise RefusedError(400, "The body is not JSON.", code="invalid_json") from None
        retries = self.headers.get(RETRY_HEADER, "0")
        return self.models.complete(request, retries=int(retries) if retries.isdigit() else 0)

    def _length(self) -> int:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            # The body stays unread, so the connection cannot be used for another request.
            self.close_connection = True
            raise RefusedError(400, "The length of the body must be known.", code="bad_length")
        return int(length)

    def _send(self, status: int, body: Mapping[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if self.close_connection:
            self.send_header("connection", "close")
        if status == 503:
            self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, completion: Completion) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for chunk in completion.chunks():
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")
