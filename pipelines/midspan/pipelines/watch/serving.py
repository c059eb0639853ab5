"""Runs a watch until it is told to end."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, Final, cast

import uvicorn

from midspan.pipelines.watch import pages
from midspan.pipelines.watch.receiver import application
from midspan.pipelines.watch.receiver.connections import Connection, most_connections
from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.watch.watching import Watching

DRAIN: Final = 5
KEEP_ALIVE: Final = 75
BACKLOG: Final = 2048

AT_ONCE: Final = 25
"""Connections that are accepted before those that are too many are refused."""


class _Server(uvicorn.Server):
    def capture_signals(self) -> "nullcontext[None]":  # type: ignore[override]
        """Leave signals to the watch."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Let more connections wait than are accepted at once."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(BACKLOG)


async def serve(
    settings: WatchSettings,
    watching: Watching,
    sock: socket.socket,
    *,
    ready: Callable[[], None],
    show: Callable[[], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM; what was being taken then is finished."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    receiver = watching.receiver
    connection = partial(
        Connection,
        most=most_connections(),
        refused=lambda: watching.figures.count("connections_refused"),
    )
    config = uvicorn.Config(
        application(
            *(receiver.routes() if receiver else ()),
            *pages.routes(watching.told, watching.problems, token=settings.receiver.token),
        ),
        http=cast("Any", connection),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
        timeout_keep_alive=KEEP_ALIVE,
        backlog=AT_ONCE,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if receiver is not None:
            receiver.stopping = True
        server.should_exit = True
        for each in (signal.SIGINT, signal.SIGTERM):  # the second ends it at once
            loop.remove_signal_handler(each)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)
    beside = [
        asyncio.create_task(watching.look_after(show)),
        asyncio.create_task(watching.forward()),
    ]

    def ended_early(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            server.should_exit = True

    for task in beside:
        task.add_done_callback(ended_early)
    ready()
    try:
        await server.serve(sockets=[sock])
    finally:
        for task in beside:
            task.cancel()
        results = await asyncio.gather(*beside, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
