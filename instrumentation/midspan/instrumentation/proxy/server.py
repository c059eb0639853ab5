"""Runs a proxy on a socket: until it is told to stop, or as long as a block lasts."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Final

import uvicorn

from midspan.instrumentation.proxy.application import Proxy
from midspan.instrumentation.proxy.recorder import Recorder, Sink
from midspan.instrumentation.proxy.recording import Recording, Tally
from midspan.instrumentation.proxy.settings import ProxySettings

BACKLOG: Final = 2048
FLUSH_SECONDS: Final = 30.0


class _Server(uvicorn.Server):
    def capture_signals(self) -> "nullcontext[None]":  # type: ignore[override]
        """Leave signals to whoever runs the proxy."""
        return nullcontext()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections; port 0 is a free one. An `OSError` if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio sends small pieces at once on such sockets only.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


async def serve(
    settings: ProxySettings,
    sock: socket.socket,
    sink: Sink,
    *,
    ready: Callable[[Callable[[], None]], None],
) -> Tally:
    """Serve until `ready` has its argument called; return what was recorded.

    `ready` is called once requests are taken, in the thread of the event loop.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    proxy = Proxy(settings, sink)
    config = uvicorn.Config(
        proxy,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
        timeout_keep_alive=75,
        backlog=BACKLOG,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(setattr, server, "should_exit", True)

    ready(stop)
    try:
        await server.serve(sockets=[sock])
    finally:
        await proxy.close()
        tally = await asyncio.to_thread(sink.close, FLUSH_SECONDS)
    return tally


@contextmanager
def running(settings: ProxySettings, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Yield the address of a proxy that runs in a thread meanwhile.

    At the end of the block all that passed is written.
    """
    with listening(host, port) as sock, ThreadPoolExecutor(1, "midspan-proxy") as pool:
        taking: Future[Callable[[], None]] = Future()

        def work() -> None:
            asyncio.run(
                serve(settings, sock, Recorder(Recording(settings)), ready=taking.set_result)
            )

        served = pool.submit(work)
        served.add_done_callback(lambda _: taking.cancel())
        try:
            stop = taking.result()
        except CancelledError:
            served.result()
            raise
        try:
            yield f"http://{host}:{sock.getsockname()[1]}"
        finally:
            stop()
            served.result()
