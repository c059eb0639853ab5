"""Connections to the upstream: requests go out as their body comes in, replies come in pieces."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator
from typing import Final

import h11

from midspan.instrumentation.proxy.headers import Headers
from midspan.instrumentation.proxy.origin import Origin

READ_BYTES: Final = 2**18
LARGEST_HEAD: Final = 2**18
IDLE_AT_MOST: Final = 256
IDLE_SECONDS: Final = 15.0
"""Servers close connections that rest; one that is closed while a request sets out costs it."""


class UpstreamError(Exception):
    """The upstream cannot be reached, or left in the midst of a reply."""


class Upstream:
    """One server, with the connections to it that are free."""

    def __init__(self, origin: Origin, *, connect_seconds: float) -> None:
        """Connect to nothing yet."""
        self.origin = origin
        self._seconds = connect_seconds
        self._tls = ssl.create_default_context() if origin.scheme == "https" else None
        self._free: list[Connection] = []

    async def connection(self) -> "Connection":
        """Return a free connection, or a new one."""
        while self._free:
            connection = self._free.pop()
            if connection.is_usable():
                return connection
            connection.abort()
        try:
            async with asyncio.timeout(self._seconds):
                reader, writer = await asyncio.open_connection(
                    self.origin.host, self.origin.port, ssl=self._tls, limit=READ_BYTES
                )
        except TimeoutError:
            raise UpstreamError(
                f"{self.origin.url} took no connection within {self._seconds:g} s"
            ) from None
        except OSError as error:
            raise UpstreamError(f"{self.origin.url} cannot be reached: {error}") from error
        return Connection(reader, writer)

    def give_back(self, connection: "Connection") -> None:
        """Keep a connection for another request, unless its last one spoiled it."""
        if len(self._free) < IDLE_AT_MOST and connection.rests():
            self._free.append(connection)
        else:
            connection.abort()

    def close(self) -> None:
        """Close the connections that are free."""
        while self._free:
            self._free.pop().abort()


class Connection:
    """One connection, and one request at a time on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over an open connection."""
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._rests_since = 0.0

    def begin(self, method: str, target: str, headers: Headers) -> None:
        """Send the head of a request."""
        try:
            head = h11.Request(method=method, target=target, headers=list(headers))
            self._send(head)
        except h11.LocalProtocolError as error:
            raise UpstreamError(f"the request cannot be passed on: {error}") from error

    async def send(self, piece: bytes, *, last: bool) -> None:
        """Send a piece of the body; waits while the upstream takes no more."""
        try:
            if piece:
                self._send(h11.Data(data=piece))
            if last:
                self._send(h11.EndOfMessage())
            await self._writer.drain()
        except h11.LocalProtocolError as error:
            raise UpstreamError(f"the body is not as its headers say: {error}") from error
        except OSError:
            return  # the upstream may have answered before it hung up: that is to be read

    async def head(self) -> tuple[int, Headers]:
        """Return status and headers of the reply."""
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event.status_code, event.headers.raw_items()
            if not isinstance(event, h11.InformationalResponse):
                raise UpstreamError("the upstream hung up without a reply")

    async def body(self) -> AsyncGenerator[bytes]:
        """Yield the body of the reply; what has arrived meanwhile comes in one piece."""
        over = False
        while not over:
            pieces: list[bytes] = []
            event = await self._event()
            while isinstance(event, h11.Data):
                pieces.append(event.data)
                event = self._next()
            over = event is not h11.NEED_DATA
            if pieces:
                yield pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def rests(self) -> bool:
        """Return whether both sides are done and the connection can take another request."""
        if self._state.our_state is not h11.DONE or self._state.their_state is not h11.DONE:
            return False
        self._state.start_next_cycle()
        self._rests_since = time.monotonic()
        return True

    def is_usable(self) -> bool:
        """Return whether the upstream has kept the connection open as far as can be seen."""
        rested = time.monotonic() - self._rests_since
        return rested < IDLE_SECONDS and not (
            self._reader.at_eof() or self._writer.is_closing() or self._state.trailing_data[0]
        )

    def abort(self) -> None:
        """Close at once; whoever reads from it finds it broken."""
        self._writer.transport.abort()

    def _send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        data = self._state.send(event)
        if data:
            self._writer.write(data)

    def _next(self) -> object:
        try:
            return self._state.next_event()
        except h11.RemoteProtocolError as error:
            raise UpstreamError(f"the upstream broke off its reply: {error}") from error

    async def _event(self) -> object:
        event = self._next()
        while event is h11.NEED_DATA:
            try:
                data = await self._reader.read(READ_BYTES)
            except OSError as error:
                raise UpstreamError(f"the connection to the upstream broke: {error}") from error
            self._state.receive_data(data)
            event = self._next()
        return event
