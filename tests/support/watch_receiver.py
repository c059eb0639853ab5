"""A receiver that runs in a thread, and requests over real HTTP."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import uvicorn

from midspan.instrumentation.proxy.server import listening
from midspan.pipelines.watch.backlog import BacklogReader, Header
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.receiver import Receiver, ReceiverSettings, application
from midspan.pipelines.watch.receiver.connections import Connection

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def span(**changes: Any) -> dict[str, Any]:
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "step",
        "startTimeUnixNano": "1000",
        "endTimeUnixNano": "2000",
        **changes,
    }


def request_of(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode()


@dataclass
class Running:
    port: int
    receiver: Receiver
    backlog: Path

    def post(
        self, body: bytes, *, path: str = "/v1/traces", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("POST", path, body, {"content-type": "application/json", **named})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read(), told
        finally:
            connection.close()

    def headers(self) -> list[Header]:
        return [found.header for found in BacklogReader(self.backlog).headers()]

    def payloads(self) -> list[bytes]:
        reader = BacklogReader(self.backlog)
        return [reader.payload(found.position) for found in reader.headers()]

    @property
    def counters(self) -> dict[str, float]:
        return self.receiver.figures.told.counters


@contextmanager
def running(
    directory: Path,
    *,
    waiting: int = 0,
    connections: Mapping[str, float] | None = None,
    **settings: Any,
) -> Iterator[Running]:
    receiver = Receiver(
        ReceiverSettings(**{"least_free": 0, **settings}),
        backlog=directory / "backlog",
        figures=Figures(None),
        waiting_bytes=lambda: waiting,
    )
    connection = partial(
        Connection,
        refused=lambda: receiver.figures.count("connections_refused"),
        **{"most": 1000, **(connections or {})},  # type: ignore[arg-type]
    )
    with listening("127.0.0.1", 0) as sock:
        config = uvicorn.Config(
            application(*receiver.routes()),
            http=cast("Any", connection),
            log_config=None,
            log_level="critical",
            lifespan="off",
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])))
        thread.start()
        try:
            yield Running(sock.getsockname()[1], receiver, directory / "backlog")
        finally:
            server.should_exit = True
            thread.join()
            receiver.close()
