"""Brings waiting batches to one server, for as long as it takes: one that is away is waited for."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.publishing import Publish, publish_to
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.publisher.backlog import TABLES, Batches, Marks
from midspan.pipelines.watch.publisher.merging import merged
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import MidspanError, SurroundingsError

TOGETHER: Final = 32
"""Batches that are sent as one when a server is behind: each costs a few questions of its own."""

TOGETHER_BYTES: Final = 16 * 2**20

TRIES: Final = 3
"""How often a server that answers is sent what it does not take; then it is left, and noted."""

LEFT: Final = "left.jsonl"

PASSING: Final = ("gave no answer", "HTTP 5", "HTTP 429", "not read back")
"""What reasons say of a server that will take it another time."""


class Stopped(Exception):
    """The watch is ending: what was begun goes on the next time."""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How the waits for a server grow, in seconds."""

    first: float = 1.0
    longest: float = 60.0
    poll: float = 0.25


@dataclass(kw_only=True)
class Tally:
    """What became of it at one server since the watch began."""

    left: dict[str, int] = field(default_factory=dict)
    """Rows that it does not take, by reason."""

    away: str | None = None
    """Why the server has not got what it was last sent; None: it has."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that a server does not take, as they stand in the file of those."""

    server: str
    url: str
    batches: tuple[int, int]
    """The first and the last one."""

    reason: str
    rows: int
    where: Sequence[str]


class ToServer:
    """One server, and the batches on their way to it."""

    def __init__(
        self,
        *,
        state: Path,
        target: Target,
        asked: Asked,
        manifest: Manifest,
        alone: Callable[[], AbstractContextManager[None]],
        stop: threading.Event,
        figures: Figures,
        waits: Waits | None = None,
        publishers: Callable[[str], Publish] | None = None,
    ) -> None:
        """Know where to; `alone` holds the workspace's list while something is published."""
        patience = replace(target.patience, sleep=self._sleep)
        self.target = replace(target, patience=patience)
        self.batches, self.marks = Batches(state), Marks(state, target)
        self.tally = Tally()
        self._figures = figures
        self._state, self._asked, self._manifest, self._alone = state, asked, manifest, alone
        self._stop, self._waits, self._publishers = stop, waits or Waits(), publishers

    def waiting(self) -> list[int]:
        """Return the batches that the server has not got."""
        return self.batches.waiting(self.marks.done)

    def run(self, *, finish: bool = False) -> None:
        """Publish what waits and what comes; with `finish`, until nothing waits or it is away."""
        try:
            while not self._stop.is_set():
                numbers = self._next()
                if numbers:
                    if not self._publish(numbers, finish=finish):
                        return
                elif finish:
                    return
                else:
                    self._stop.wait(self._waits.poll)
        except Stopped:
            return

    def _next(self) -> list[int]:
        """Return the batches to send now: the oldest, and those that fit beside it."""
        found: list[int] = []
        size = 0
        for number in self.waiting()[:TOGETHER]:
            size += self.batches.size(number)
            if found and size > TOGETHER_BYTES:
                break
            found.append(number)
        return found

    def _publish(self, numbers: Sequence[int], *, finish: bool) -> bool:
        """Return whether some batches are done: sent, or left for good."""
        for wait, attempt in self._attempts():
            try:
                report = self._sent(numbers)
            except SurroundingsError as error:
                self.tally.away = str(error)
                if finish:
                    return False
            except MidspanError as error:
                # Its files are damaged. The workspace has the runs: nothing is lost with it.
                self._note(numbers, {str(error): 0}, {})
                break
            else:
                reasons = {reason: rows for reason, rows in report.left.items() if rows}
                passing = [one for one in reasons if any(word in one for word in PASSING)]
                self.tally.away = passing[0] if passing else None
                self._count(report)
                if not reasons:
                    break
                if not passing and attempt + 1 >= TRIES:
                    self._note(numbers, reasons, report.where)
                    break
                if finish and passing and attempt + 1 >= TRIES:
                    return False
            self._sleep(wait)
        self._figures.count("batches_published", len(numbers), server=self.target.server)
        self.marks.set(numbers[-1])
        return True

    def _attempts(self) -> Iterator[tuple[float, int]]:
        wait, attempt = self._waits.first, 0
        while True:
            yield wait, attempt
            wait, attempt = min(2 * wait, self._waits.longest), attempt + 1

    def _sent(self, numbers: Sequence[int]) -> Published:
        scratch = self.batches.folder / f".merged-{self.target.server}"
        with ExitStack() as stack:
            workspaces = [Workspace(self.batches.path(number) / TABLES) for number in numbers]
            workspace = stack.enter_context(merged(workspaces, scratch))
            stack.enter_context(self._alone())
            return publish_to(
                workspace,
                self.target,
                self._asked,
                manifest=self._manifest,
                publishers=self._publishers,
            )

    def _count(self, report: Published) -> None:
        server = self.target.server
        for what, count in report.counts.items():
            self._figures.count("rows_published", count.stored, server=server, what=what)
        self._figures.count("rows_removed", report.removed, server=server)

    def _note(
        self,
        numbers: Sequence[int],
        reasons: Mapping[str, int],
        where: Mapping[str, Sequence[str]],
    ) -> None:
        """Write down what the server does not take: `midspan publish` would try it again."""
        path = self._state / LEFT
        url = self.target.url.rstrip("/")
        lines = [
            Left(
                server=self.target.server,
                url=url,
                batches=(numbers[0], numbers[-1]),
                reason=reason,
                rows=rows,
                where=list(where.get(reason, ())),
            )
            for reason, rows in reasons.items()
        ]
        with explained(path), path.open("ab") as content:
            content.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        for reason, rows in reasons.items():
            self.tally.left[reason] = self.tally.left.get(reason, 0) + rows
            self._figures.count("rows_left", rows, server=self.target.server)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped
