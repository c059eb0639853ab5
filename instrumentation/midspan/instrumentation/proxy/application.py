"""The proxy as an ASGI application: what comes in goes on, and a copy to the recorder."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import unquote

from midspan.instrumentation.proxy.access import refusal
from midspan.instrumentation.proxy.administration import Administration
from midspan.instrumentation.proxy.capture import Capture, Memory
from midspan.instrumentation.proxy.declared import DeclaredRun, DeclaredRuns
from midspan.instrumentation.proxy.exchange import Exchange, api_of
from midspan.instrumentation.proxy.forwarding import Forwarding, Request
from midspan.instrumentation.proxy.headers import kept_headers, value_of
from midspan.instrumentation.proxy.recorder import Sink
from midspan.instrumentation.proxy.refusals import refuse
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.proxy.upstream import Upstream

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

RUN_PREFIX: Final = "/run/"
LAST_LOOKS: Final = 100
"""How often, at 10 ms, the end waits for requests that were told to stop."""


class Proxy:
    """An ASGI application that passes every request on to one upstream."""

    def __init__(
        self, settings: ProxySettings, sink: Sink, *, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Keep what to do; no connection is made yet."""
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._memory = Memory(settings.memory_bytes)
        self._under_way = 0
        self._declared = DeclaredRuns()
        self._administration = Administration(self._declared, sink)
        self._upstream = Upstream(settings.upstream, connect_seconds=settings.connect_seconds)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = scope["headers"]
        run, path = run_and_path(scope["raw_path"].decode("latin-1"))
        about_run = run is not None and path == "/" and scope["method"] in ("PUT", "DELETE")
        declared = None if about_run else self._declared.find(run)
        refused = refusal(self._settings, headers, run_token=declared.token if declared else None)
        if refused is not None:
            await refuse(send, *refused, path=path, code="refused")
            return
        if run is not None and about_run:
            await self._administration.answer(scope["method"], run, receive, send)
            return
        exchange = self._exchange(scope, run, path, declared)
        request = Request(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
        )
        forwarding = Forwarding(
            self._settings,
            self._upstream,
            request,
            exchange,
            receive,
            send,
            declared=declared,
            clock=self._clock,
        )
        self._begun(run)
        try:
            await forwarding.run()
        except asyncio.CancelledError:
            if exchange is not None:
                exchange.ending = "stopped"
            raise
        finally:
            if exchange is not None:
                whole = exchange.ending == "complete"
                exchange.ended_ns = (whole and exchange.last_piece_ns) or self._clock()
                self._sink.put(exchange)
            self._ended(run)

    async def close(self) -> None:
        """Close the connections to the upstream, once the last requests are over."""
        for _ in range(LAST_LOOKS):
            if not self._under_way:
                break
            await asyncio.sleep(0.01)
        self._upstream.close()

    def _begun(self, run: str | None) -> None:
        self._under_way += 1
        if run is not None:
            self._declared.begin_request(run)

    def _ended(self, run: str | None) -> None:
        self._under_way -= 1
        if run is not None:
            self._declared.end_request(run)

    def _exchange(
        self, scope: Message, run: str | None, path: str, declared: DeclaredRun | None
    ) -> Exchange | None:
        api = api_of(scope["method"], path)
        if api is None or (declared is not None and not declared.record):
            return None
        most = self._settings.body_bytes
        return Exchange(
            api=api,
            run=run,
            declared=declared.context if declared else None,
            headers=kept_headers(scope["headers"]),
            started_ns=self._clock(),
            request=Capture(self._memory, most),
            response=Capture(self._memory, most),
            request_coding=value_of(scope["headers"], b"content-encoding"),
        )


def run_and_path(path: str) -> tuple[str | None, str]:
    """Return the run that a path begins with, and the rest of it.

    >>> run_and_path("/run/refund-3/v1/messages"), run_and_path("/v1/messages")
    (('refund-3', '/v1/messages'), (None, '/v1/messages'))
    """
    if not path.startswith(RUN_PREFIX):
        return None, path
    run, _, rest = path.removeprefix(RUN_PREFIX).partition("/")
    return unquote(run) or None, "/" + rest
