"""`PUT /run/ID` and `DELETE /run/ID`: somebody begins a run, or says that it is over."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from midspan.instrumentation.proxy.closing import Closing
from midspan.instrumentation.proxy.declared import DeclaredRun, DeclaredRuns
from midspan.instrumentation.proxy.exchange import EndOfRun
from midspan.instrumentation.proxy.recorder import Sink
from midspan.instrumentation.proxy.refusals import refuse

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LARGEST: Final = 2**20
LAST_LOOKS: Final = 500
"""How often, at 10 ms, the end of a run waits for its requests that are still under way."""
CLOSE_SECONDS: Final = 30.0


class Administration:
    """Takes the requests that are about runs and not for the upstream."""

    def __init__(self, declared: DeclaredRuns, sink: Sink) -> None:
        """Keep where runs are declared, and where they are recorded."""
        self._declared = declared
        self._sink = sink

    async def answer(self, method: str, run: str, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await _body(receive)
            if method == "PUT":
                declared = DeclaredRun.parse(run, body)
                if not self._sink.is_recording:
                    why = "nothing is recorded any more"
                    await refuse(send, 503, why, path="/", code="unwritten")
                    return
                self._declared.declare(declared)
                await _reply(send, 204)
            else:
                await self._end(run, Closing.parse(body), send)
        except ValueError as error:
            await refuse(send, 400, str(error), path="/", code="invalid_run")

    async def _end(self, run: str, closing: Closing, send: Send) -> None:
        self._declared.end(run)
        for _ in range(LAST_LOOKS):
            if not self._declared.is_busy(run):
                break
            await asyncio.sleep(0.01)
        closed = self._sink.end(EndOfRun(run=run, closing=closing))
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                written = await asyncio.wrap_future(closed)
        except (TimeoutError, RuntimeError) as error:
            why = str(error) or f"its file was not closed within {CLOSE_SECONDS:g} s"
            await refuse(
                send, 503, f"the run may not be recorded: {why}", path="/", code="unwritten"
            )
            return
        await _reply(send, 200, json.dumps(asdict(written)).encode())


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ValueError("the request broke off")
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise ValueError(f"more than {LARGEST:,} bytes about one run")
        more = bool(message.get("more_body", False))
    return bytes(body)


async def _reply(send: Send, status: int, body: bytes = b"") -> None:
    kind = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers = kind if body else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
