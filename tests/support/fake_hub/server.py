"""The address of the Hub: takes requests, finds who answers them, sends the answers."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.support.fake_hub.accounts import Account
from tests.support.fake_hub.exchange import Answer, Request

Respond = Callable[[Request], Answer]
WhoIs = Callable[[str | None], Account | None]


class HubServer(ThreadingHTTPServer):
    """Listens on loopback, at a port that is free."""

    daemon_threads = True

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.who_is: WhoIs = lambda _token: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that was killed does not wait for its answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HubServer

    def _handle(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(size) if size else b""
        parts = urlsplit(self.path)
        token = self.headers.get("authorization", "").removeprefix("Bearer ") or None
        account = self.server.who_is(token)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            body=body,
            account=account or Account(name="", role="read"),
            base=self.server.url,
        )
        self._send(self.server.respond(request))

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if found.events is not None:
            self.send_header("Connection", "close")
            self.end_headers()
            for event in found.events:
                self.wfile.write(event)
                self.wfile.flush()
            self.close_connection = True
            return
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle

    def log_message(self, format: str, *args: object) -> None:
        pass
