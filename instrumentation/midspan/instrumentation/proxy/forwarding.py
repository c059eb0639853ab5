"""One request on its way: to the upstream as it comes in, and the reply back as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from midspan.instrumentation.proxy.declared import DeclaredRun
from midspan.instrumentation.proxy.exchange import Exchange, api_of
from midspan.instrumentation.proxy.headers import Headers, to_client, to_upstream, value_of
from midspan.instrumentation.proxy.refusals import refuse
from midspan.instrumentation.proxy.sampling import (
    CompressedError,
    require_plain,
    with_length,
    with_sampling,
)
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.proxy.translation import Rewriter, rewriter_for
from midspan.instrumentation.proxy.upstream import Connection, Upstream, UpstreamError

Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request's head, with the run taken out of its path."""

    method: str
    path: str
    query: str
    headers: Headers


class BrokenOff(Exception):
    """A reply that has begun and cannot be finished: the connection to the client is to close."""


class Forwarding:
    """The way of one request; `exchange` is None for what is not recorded."""

    def __init__(
        self,
        settings: ProxySettings,
        upstream: Upstream,
        request: Request,
        exchange: Exchange | None,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        *,
        clock: Callable[[], int],
        declared: DeclaredRun | None = None,
    ) -> None:
        """Keep both ends."""
        self._declared = declared
        self._settings = settings
        self._upstream = upstream
        self._request = request
        self._exchange = exchange
        self._receive = receive
        self._send = send
        self._clock = clock
        self._connection: Connection | None = None
        self._left = False
        self._begun = False
        self._over = False

    async def run(self) -> None:
        """Pass the request on, and the reply back."""
        feed: asyncio.Task[None] | None = None
        try:
            self._connection = await self._upstream.connection()
            more = await self._pass_whole() if self._is_changed() else await self._pass_first()
            feed = asyncio.create_task(self._feed(self._connection, more))
            await self._reply(self._connection)
            if self._left and self._exchange is not None:
                self._exchange.ending = "client_left"
        except UpstreamError as error:
            await self._failed(str(error))
        except CompressedError as error:
            if self._exchange is not None:
                self._exchange.status = 415
            await self._refuse(415, str(error), code="compressed_request")
        except asyncio.CancelledError:
            if not (self._begun or self._left):
                await self._refuse(503, "the proxy was told to end", code="proxy_ended")
            raise
        finally:
            self._over = True
            if feed is not None:
                feed.cancel()
            if self._connection is not None:
                self._upstream.give_back(self._connection)

    def _head(self) -> Headers:
        headers = to_upstream(
            self._request.headers,
            authority=self._settings.upstream.authority,
            key=self._settings.upstream_key,
            plain=self._translates(),
            keyless=self._declared is not None and self._declared.token is not None,
        )
        chunked = value_of(self._request.headers, b"transfer-encoding") is not None
        return [*headers, (b"transfer-encoding", b"chunked")] if chunked else headers

    def _translates(self) -> bool:
        exchange = self._exchange
        return (
            self._settings.translate_text_calls and exchange is not None and exchange.api == "chat"
        )

    def _is_changed(self) -> bool:
        """Return whether something is put into the body, which then passes in one piece."""
        asks = api_of(self._request.method, self._request.path) is not None
        return asks and self._declared is not None and bool(self._declared.sampling)

    def _begin(self, headers: Headers) -> None:
        assert self._connection is not None
        target = self._settings.upstream.target(self._request.path, self._request.query)
        self._connection.begin(self._request.method, target, headers)

    async def _pass_first(self) -> bool:
        self._begin(self._head())
        return await self._pass_piece()

    async def _pass_whole(self) -> bool:
        """Pass the body on with what the run fixes; return that nothing more is to come."""
        body, more = bytearray(), True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._client_left()
                return False
            body += message.get("body", b"")
            more = bool(message.get("more_body", False))
        require_plain(value_of(self._request.headers, b"content-encoding"))
        assert self._connection is not None
        assert self._declared is not None
        sent = with_sampling(bytes(body), self._declared.sampling)
        if self._exchange is not None:
            self._exchange.request.add(sent)
        self._begin(with_length(self._head(), len(sent)))
        await self._connection.send(sent, last=True)
        return False

    async def _pass_piece(self) -> bool:
        """Pass the next piece of the body on; return whether more is to come."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._client_left()
            return False
        piece, more = message.get("body", b""), message.get("more_body", False)
        if self._exchange is not None:
            self._exchange.request.add(piece)
        assert self._connection is not None
        await self._connection.send(piece, last=not more)
        return bool(more)

    async def _feed(self, connection: Connection, more: bool) -> None:
        """Pass the rest of the body on, then wait for the client to leave."""
        try:
            while more:
                more = await self._pass_piece()
            while (await self._receive())["type"] != "http.disconnect":
                pass
            self._client_left()
        except UpstreamError:
            connection.abort()

    def _client_left(self) -> None:
        if not self._over:
            self._left = True
            if self._connection is not None:
                self._connection.abort()

    async def _reply(self, connection: Connection) -> None:
        status, headers = await connection.head()
        exchange = self._exchange
        if exchange is not None:
            exchange.status = status
            exchange.content_type = value_of(headers, b"content-type") or ""
            exchange.response_coding = value_of(headers, b"content-encoding")
        rewriter = self._rewriter(status)
        if rewriter is None or rewriter.streams:
            await self._start(status, to_client(headers, rewritten=rewriter is not None))
        async with aclosing(self._pieces(connection)) as pieces:
            async for piece in pieces:
                sent = piece if rewriter is None else rewriter.feed(piece)
                if sent:
                    await self._body(sent)
        rest = b"" if rewriter is None else rewriter.finish()
        if not self._begun:
            length = (b"content-length", b"%d" % len(rest))
            await self._start(status, [*to_client(headers, rewritten=True), length])
        self._over = True
        await self._send({"type": "http.response.body", "body": rest})

    def _rewriter(self, status: int) -> Rewriter | None:
        exchange = self._exchange
        if exchange is None or not self._translates() or status != 200:
            return None
        if exchange.response_coding not in (None, "identity"):
            exchange.translation.reason = f"the reply came as {exchange.response_coding}"
            return None
        return rewriter_for(exchange)

    async def _pieces(self, connection: Connection) -> AsyncGenerator[bytes]:
        async with aclosing(connection.body()) as pieces:
            async for piece in pieces:
                exchange = self._exchange
                if exchange is not None:
                    # Before it goes on: what the client does with it comes after.
                    exchange.last_piece_ns = self._clock()
                    exchange.first_piece_ns = exchange.first_piece_ns or exchange.last_piece_ns
                    exchange.response.add(piece)
                yield piece

    async def _start(self, status: int, headers: Headers) -> None:
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _body(self, piece: bytes) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _failed(self, problem: str) -> None:
        """Tell the client, as far as it still listens, and the record."""
        exchange = self._exchange
        if exchange is not None:
            exchange.problem = problem
            reached = exchange.status is not None
            exchange.ending = "upstream_broke" if reached else "unreachable"
            if self._left:
                exchange.ending = "client_left"
        if self._left:
            return
        if self._begun:
            raise BrokenOff(problem)
        if exchange is not None:
            exchange.status = 502
        await self._refuse(502, problem, code="upstream_unreachable")

    async def _refuse(self, status: int, problem: str, *, code: str) -> None:
        """Answer with an error of the proxy's own."""
        self._begun = self._over = True
        await refuse(self._send, status, problem, path=self._request.path, code=code)
