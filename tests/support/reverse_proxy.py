"""A proxy in front of a real server that now and then answers in its place."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Answer = tuple[int, str]
Rule = Callable[[str, str], Answer | None]
"""Method and path of a request to the answer that it gets; None: what the server says."""

PASSED_ON = ("content-type", "content-encoding", "x-mlflow-experiment-id", "content-length")


@dataclass(kw_only=True)
class Proxy:
    """Where it listens, and every request that came, with what was answered."""

    url: str
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    rule: Rule = lambda _method, _path: None

    def paths(self, method: str) -> list[str]:
        """Return the paths that were asked for."""
        return [path for asked, path, _ in self.asked if asked == method]


@contextmanager
def proxied(upstream: str, rule: Rule = lambda _method, _path: None) -> Iterator[Proxy]:
    """Give a proxy to a server; `rule` may answer in its place."""
    with httpx.Client(base_url=upstream, timeout=120) as client:
        server = _Server(("127.0.0.1", 0), _handler(client))
        proxy = Proxy(url=f"http://127.0.0.1:{server.server_port}", rule=rule)
        server.proxy = proxy  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that was killed does not wait for its answer."""


def _handler(client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            instead = proxy.rule(self.command, self.path)
            if instead is not None:
                status, body, kind = instead[0], instead[1].encode(), "application/json"
            else:
                headers = {k: v for k, v in self.headers.items() if k.lower() in PASSED_ON}
                found = client.request(self.command, self.path, content=content, headers=headers)
                status, body = found.status_code, found.content
                kind = found.headers.get("content-type", "text/plain")
            proxy.asked.append((self.command, self.path, status))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
