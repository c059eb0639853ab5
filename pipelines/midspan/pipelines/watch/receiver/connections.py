"""Connections of the receiver: so many that files can be opened, and none that says nothing."""

import asyncio
import resource
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 30.0
"""How long a client may take to send the head of a request."""

ENOUGH: Final = 65_536
"""Descriptors that are asked of the system, where it gives so many."""

KEPT: Final = 256
"""Descriptors that are left to files."""

_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"retry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)


def most_connections() -> int:
    """Return for how many there are descriptors, after asking the system for what it gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return ENOUGH
    more = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if more > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
        except (OSError, ValueError):  # a system that gives less than it says
            pass
    return max(soft - KEPT, soft // 2)


class Connection(H11Protocol):
    """A connection that is closed if it is one too many, or sends no head in time."""

    def __init__(
        self,
        *args: Any,
        most: int,
        refused: Callable[[], None],
        head_seconds: float = HEAD_SECONDS,
        **named: Any,
    ) -> None:
        """`refused` is called when it is one too many."""
        super().__init__(*args, **named)
        self._most, self._refused, self._head_seconds = most, refused, head_seconds
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        if len(self.connections) > self._most:
            self._refused()
            transport.write(_FULL)
            transport.close()
        else:
            self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; what is no whole head does not begin the wait anew."""
        super().data_received(data)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._end_wait()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._end_wait()
        elif self._patience is None and not self.transport.is_closing():
            self._patience = self.loop.call_later(self._head_seconds, self._give_up)

    def _end_wait(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
