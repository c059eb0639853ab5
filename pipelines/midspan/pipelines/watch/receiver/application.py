"""OTLP over HTTP as an ASGI application: a request is answered once it lies in the backlog."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from midspan.pipelines.watch.backlog import BacklogWriter, Encoding, Kind
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.receiver import answers
from midspan.pipelines.watch.receiver.access import require_access
from midspan.pipelines.watch.receiver.body import Held, read_body, unpacked
from midspan.pipelines.watch.receiver.refusals import Refused
from midspan.pipelines.watch.receiver.room import Room
from midspan.pipelines.watch.receiver.settings import ReceiverSettings
from midspan.pipelines.watch.splitting import Split, Unreadable, split

THREADS: Final = 2
ENCODINGS: Final[dict[str, Encoding]] = {
    "application/json": "json",
    "application/x-protobuf": "protobuf",
    "application/protobuf": "protobuf",
}
PATHS: Final[dict[str, Kind]] = {"/v1/traces": "traces", "/v1/logs": "logs"}


class Receiver:
    """Takes requests into a backlog."""

    def __init__(
        self,
        settings: ReceiverSettings,
        *,
        backlog: Path,
        figures: Figures,
        waiting_bytes: Callable[[], int],
        begin_after: int = 0,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Open the backlog; `waiting_bytes` is what all that waits takes up on disk."""
        self.settings, self.figures = settings, figures
        self.stopping = False
        self._clock_ns = clock_ns
        self._writer = BacklogWriter(backlog, begin_after=begin_after, count=figures.count)
        self.room = Room(settings, backlog, waiting_bytes)
        self._held = Held(settings.most_held)
        self._in_flight = 0
        self._threads = ThreadPoolExecutor(THREADS, "midspan-receiver")

    def routes(self) -> list[BaseRoute]:
        """Return the paths that requests come to."""
        return [Route(path, self.receive, methods=["POST"]) for path in PATHS]

    def close(self) -> None:
        """Finish what is being taken, and close the backlog."""
        self._threads.shutdown()
        self._writer.close()
        self.figures.write()

    async def receive(self, request: Request) -> Response:
        """Return the answer to one request."""
        kind = PATHS[request.url.path]
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = ENCODINGS.get(media_type)
        try:
            require_access(request.headers, self.settings.token)
            if encoding is None:
                raise Refused(
                    "media_type", f"content-type {media_type!r}: send {' or '.join(ENCODINGS)}"
                )
            if self.stopping:
                raise Refused("stopping", "this receiver is about to end: send it again")
            self.room.require()
            found = await self._received(request, kind, encoding)
        except Refused as why:
            self.figures.count("requests_refused", reason=why.reason)
            return answers.refused(encoding or "json", why)
        except ClientDisconnect:
            self.figures.count("requests_refused", reason="disconnected")
            return Response(status_code=400)
        self._count(kind, found)
        return answers.taken(kind, encoding, found)

    async def _received(self, request: Request, kind: Kind, encoding: Encoding) -> Split:
        """Take a request in whole, but for what cannot be placed."""
        # Those that are being read are bounded by their bytes: who sends slowly is in nobody's way.
        self._require_hands()
        body = await read_body(
            request,
            largest=self.settings.largest_request,
            seconds=self.settings.body_seconds,
            held=self._held,
        )
        self._in_flight += 1
        try:
            coding = request.headers.get("content-encoding", "")
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads, self._stored, kind, encoding, body, coding
            )
        finally:
            self._held.give_back(len(body))
            self._in_flight -= 1

    def _require_hands(self) -> None:
        if self._in_flight >= self.settings.most_in_flight:
            raise Refused("busy", "too many requests at a time: send it again")

    def _stored(self, kind: Kind, encoding: Encoding, body: bytes, coding: str) -> Split:
        """Unpack, split and write a request."""
        body = unpacked(body, coding, largest=self.settings.largest_request)
        try:
            found = split(kind, encoding, body, received_ns=self._clock_ns())
        except Unreadable as error:
            raise Refused("bad_request", str(error)) from None
        try:
            self._writer.append(found.entries)
        except OSError as error:
            raise Refused("disk_full", f"cannot be written down: {error.strerror}") from error
        size = sum(len(entry.payload) for entry in found.entries)
        self.room.take(size)
        return found

    def _count(self, kind: Kind, found: Split) -> None:
        records = "spans" if kind == "traces" else "log_records"
        figures = self.figures
        figures.count("requests_accepted", kind=kind)
        figures.count(f"{records}_accepted", found.accepted)
        figures.count("bytes_accepted", sum(len(entry.payload) for entry in found.entries))
        figures.count("entries_accepted", len(found.entries))
        for reason, count in found.refused.items():
            figures.count(f"{records}_refused", count, reason=reason)


def application(*routes: BaseRoute) -> Starlette:
    """Return an application of these paths."""
    return Starlette(routes=routes)
