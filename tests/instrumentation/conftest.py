import gzip
import http.server
import os
import threading
from collections.abc import Iterator

import pytest

from midspan.instrumentation.capture.current import environment_sieve
from midspan.instrumentation.context import environment_run
from midspan.instrumentation.handlers.base import sets_ok
from midspan.instrumentation.testing import Recorder, SteppingClock


def forget() -> None:
    """Have variables of the environment, which are read once, read again."""
    for read in (environment_run, environment_sieve, sets_ok):
        read.cache_clear()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in os.environ:
        if name.startswith(("MIDSPAN_", "OTEL_")):
            monkeypatch.delenv(name)
    forget()
    yield
    forget()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


class Bodies(http.server.ThreadingHTTPServer):
    """An OTLP/HTTP server on loopback that keeps the bytes it is sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        bodies = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                bodies.append(gzip.decompress(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *given: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def server() -> Iterator[Bodies]:
    server = Bodies()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
