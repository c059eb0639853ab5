"""Passes entries on to one endpoint, in order, and bears with it for as long as it is away."""

import asyncio
import gzip
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import click
import httpx
import msgspec
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from midspan.pipelines.publish.target import shown
from midspan.pipelines.watch.backlog import BacklogReader, Encoding, Kind, Marks
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.forwarding.endpoint import Endpoint
from midspan.pipelines.watch.forwarding.requests import CONTENT_TYPES, Group, body_of, groups

FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 30.0
LONGEST_ASKED: Final = 300.0
"""Seconds that a server may ask us to wait: one that asks for a day would have us forget it."""

IDLE: Final = 0.2
PACKED_QUICKLY: Final = 1
_UNFIT: Final = frozenset({400, 413, 415, 422})
"""Statuses that tell of the request; all others may be another one tomorrow, or once mended."""


class _PartialSuccess(msgspec.Struct):
    rejectedSpans: int = 0
    rejectedLogRecords: int = 0


class _Answer(msgspec.Struct):
    partialSuccess: _PartialSuccess = msgspec.field(default_factory=_PartialSuccess)


_ANSWER: Final = msgspec.json.Decoder(_Answer, strict=False)


class Forwarder:
    """One endpoint and how far it has come."""

    def __init__(self, endpoint: Endpoint, *, backlog: Path, marks: Path, figures: Figures) -> None:
        """Go on where the marks say that it was."""
        self.endpoint = endpoint
        self._marks, self._figures = Marks(marks), figures
        self._reader = BacklogReader(backlog)
        self._name = shown(endpoint.url)
        self._wait = FIRST_WAIT
        self._is_away = False

    async def run(self) -> None:
        """Pass on what there is and what comes, until cancelled."""
        async with self.endpoint.client() as client:
            while True:
                sent = await self.pass_on(client)
                if not sent:
                    await asyncio.sleep(IDLE)

    async def pass_on(self, client: httpx.AsyncClient) -> int:
        """Pass on what there is by now; return how many requests that took."""
        requests = 0
        for group in groups(self._reader.headers(self._marks.cursor)):
            await self._deliver(client, group)
            self._marks.advance(group.found[-1].position)
            requests += 1
        return requests

    async def _deliver(self, client: httpx.AsyncClient, group: Group) -> None:
        """Send a group until it is taken; of one that does not fit, entry by entry."""
        body, unreadable = await asyncio.to_thread(body_of, group, self._reader)
        if body is None:
            self._count("forward_unreadable", unreadable)
            return
        packed = await asyncio.to_thread(gzip.compress, body, PACKED_QUICKLY)
        while True:
            answer = await self._asked(client, group, packed)
            if answer is not None and answer.is_success:
                refused = _refused(answer, group.kind, group.encoding)
                self._count("forward_refused", refused)
                self._count("forward_unreadable", unreadable)
                self._count("forward_sent", group.spans - refused - unreadable)
                self._comes_back()
                return
            if answer is not None and answer.status_code in _UNFIT:
                await self._deliver_apart(client, group, answer)
                return
            await self._be_patient(answer)

    async def _deliver_apart(
        self, client: httpx.AsyncClient, group: Group, answer: httpx.Response
    ) -> None:
        """Send each entry by itself, so that what is not taken takes nothing else along."""
        if len(group.found) > 1:
            for each in group.found:
                await self._deliver(client, group._replace(found=[each]))
            return
        self._count("forward_refused", group.spans)
        click.echo(
            f"{self._name} does not take {group.spans} spans of trace"
            f" {group.found[0].header.trace_id}: HTTP {answer.status_code}",
            err=True,
        )

    async def _asked(
        self, client: httpx.AsyncClient, group: Group, body: bytes
    ) -> httpx.Response | None:
        """Return the answer, None where there is none."""
        try:
            return await client.post(
                self.endpoint.address(group.kind),
                content=body,
                headers={
                    "content-type": CONTENT_TYPES[group.encoding],
                    "content-encoding": "gzip",
                },
            )
        except httpx.HTTPError:
            return None

    async def _be_patient(self, answer: httpx.Response | None) -> None:
        """Wait before the same is sent again: as long as was asked for, and longer each time."""
        if not self._is_away:
            why = "does not answer" if answer is None else f"answers HTTP {answer.status_code}"
            click.echo(f"{self._name} {why}: what is for it waits on disk", err=True)
        self._is_away = True
        self._figures.gauge("forward_away", 1, endpoint=self._name)
        self._figures.count("forward_retries", endpoint=self._name)
        asked = 0.0 if answer is None else retry_after(answer.headers.get("retry-after", ""))
        # Not all at the same moment, where several wait for one server.
        await asyncio.sleep(max(asked, self._wait * random.uniform(0.75, 1.0)))
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _comes_back(self) -> None:
        self._wait = FIRST_WAIT
        if self._is_away:
            click.echo(f"{self._name} answers again", err=True)
        self._is_away = False
        self._figures.gauge("forward_away", 0, endpoint=self._name)

    def _count(self, name: str, by: int) -> None:
        self._figures.count(name, by, endpoint=self._name)


def retry_after(value: str) -> float:
    """Return the seconds that a server asks for, by number or date; 0 where it does not say.

    >>> retry_after("7"), retry_after(""), retry_after("soon")
    (7.0, 0.0, 0.0)
    """
    if value.isdecimal():
        return min(float(value), LONGEST_ASKED)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_ASKED)


def _refused(answer: httpx.Response, kind: Kind, encoding: Encoding) -> int:
    """Return how many spans or log records a server says it did not take of those that it did."""
    try:
        if encoding == "json":
            told = _ANSWER.decode(answer.content).partialSuccess
            return told.rejectedSpans if kind == "traces" else told.rejectedLogRecords
        if kind == "traces":
            spans = ExportTraceServiceResponse.FromString(answer.content)
            return spans.partial_success.rejected_spans
        logs = ExportLogsServiceResponse.FromString(answer.content)
        return logs.partial_success.rejected_log_records
    except Exception:  # whatever it says, it says that it took them
        return 0
