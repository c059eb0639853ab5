"""The scorer of a watch: entries of the backlog become scored runs of the workspace.

It reads headers, waits until runs are complete, has batches of them made beside it, and takes these
in. What is not marked as done is done again after a crash, with the same result.
"""

import contextlib
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.backlog.segments import SEGMENT_BYTES
from midspan.pipelines.watch.batches import Batches
from midspan.pipelines.watch.batches.making import BatchSettings
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.scorer.carried import Carried, Log
from midspan.pipelines.watch.scorer.orders import Orders
from midspan.pipelines.watch.scorer.pending import SECOND, Pending, Unit
from midspan.pipelines.watch.scorer.workers import Makers

RUNS: Final = 500
SPANS: Final = 10_000
"""About how much goes into one batch at most."""

BATCH_SECONDS: Final = 1.0
"""A batch begins that often, sooner when it is full."""

TIDY_SECONDS: Final = 1.0
READ_AT_ONCE: Final = 20_000
TO_FINISH: Final = 20.0
"""Seconds that what is complete has after the scorer was told to end."""

_PAUSE: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class ScorerSettings:
    """How long to wait for runs, how many processes make batches, and where all of it stands.

    `finish`: what is there is scored without waiting for more of it, and then the scorer ends.
    """

    workspace: Path
    state: Path
    suite: Path | None = None
    profile: Path | None = None
    published: bool = False
    quiet: float = 5.0
    timeout: float = 600.0
    workers: int = 2
    finish: bool = False
    segment_bytes: int = SEGMENT_BYTES

    def batch_settings(self) -> BatchSettings:
        """Return what concerns the batches."""
        return BatchSettings(
            workspace=self.workspace,
            state=self.state,
            suite=self.suite,
            profile=self.profile,
            published=self.published,
        )


class Scorer:
    """One scorer; `at` is called before each step that a crash may come between."""

    def __init__(
        self,
        settings: ScorerSettings,
        *,
        clock: Callable[[], int] = time.time_ns,
        at: Callable[[str], None] = lambda step: None,
    ) -> None:
        """Go on where the state is."""
        self._settings, self._clock, self._at = settings, clock, at
        state = settings.state
        self._figures = Figures(state / "figures" / "scorer.json")
        marks = state / "marks"
        self._accepted = Log(
            state / "backlog", marks / "scorer.jsonl", copied=False, figures=self._figures
        )
        self._carried = Carried(
            state / "carried",
            marks / "carried.jsonl",
            segment_bytes=settings.segment_bytes,
            figures=self._figures,
        )
        self._pending = Pending(
            quiet_ns=int(settings.quiet * SECOND), timeout_ns=int(settings.timeout * SECOND)
        )
        batches = Batches.begin(settings.batch_settings(), at=at)
        self._makers = Makers(settings.workers)
        self._orders = Orders(batches, self._makers, self._figures, clock=clock)
        self._unmarked: deque[int] = deque()
        self._ending_at: float | None = None
        self._begun_at = self._tidied_at = 0.0
        self._is_behind, self._read_ns = False, 0
        self._read(self._carried)

    def end_soon(self) -> None:
        """Finish what is complete, and then end."""
        if self._ending_at is None:
            self._ending_at = time.monotonic() + TO_FINISH

    def run(self) -> None:
        """Score until told to end."""
        try:
            self.step()
            self.step()  # after which it is known what there is to do
            while not self._is_over():
                self.step()
        finally:
            self._makers.end()
            self._carried.close()
            self._tell()
            self._figures.write()

    def step(self) -> None:
        """Do what there is to do now, and wait a moment if that is nothing."""
        if self._ending_at is None:
            self._read(self._accepted)
        begun = self._begin()
        self._finish(self._orders.finished(0 if begun else _PAUSE))
        if time.monotonic() - self._tidied_at >= TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            self._tidy()
        self._figures.write_soon()

    def _read(self, log: Log) -> None:
        """Take note of what has come, as much of it as takes no time."""
        read = 0
        for number, header in log.new():
            self._pending.add(number, header)
            read += 1
            self._read_ns = header.received_ns
            if read >= READ_AT_ONCE:
                break
        self._is_behind = read >= READ_AT_ONCE

    def _now(self) -> int:
        """Return the time up to which everything that came is known."""
        return self._read_ns if self._is_behind else self._clock()

    def _begin(self) -> bool:
        """Order a batch, if there is one to make and a process for it."""
        if self._orders.under_way >= self._makers.count:
            return False
        soon = time.monotonic() - self._begun_at < BATCH_SECONDS
        if soon and self._orders.under_way:
            return False
        every = self._settings.finish and not self._is_behind
        units = self._pending.due(self._now(), spans=SPANS, runs=RUNS, all_of_it=every)
        if not units:
            return False
        self._begun_at = time.monotonic()
        self._at("order")
        self._orders.begin(units)
        return True

    def _finish(self, units: Iterator[Unit]) -> None:
        for unit in units:
            self._pending.done([unit])
            self._unmarked.extend(unit.entries)
        if self._unmarked:
            self._at("mark")
            self._mark()

    def _mark(self) -> None:
        """Mark entries as done, and all before the first one that is not."""
        done = set(self._unmarked)
        for log in (self._accepted, self._carried):
            waiting = self._pending.lowest(log.numbers)
            at_work = self._orders.lowest(log.numbers)
            each = [number for number in (waiting, at_work) if number is not None]
            log.done(done, min(each, default=None))
        self._unmarked.clear()

    def _tidy(self) -> None:
        """Set long waiting entries down again, delete copies that are done, and tell figures."""
        for log in (self._accepted, self._carried):
            old = log.old()
            numbers = self._pending.numbers(log.numbers.start, old) if old else set()
            if numbers:
                self._at("carry")
                moved = self._carried.put(log.entries(numbers))
                self._at("carried")
                self._pending.renumber(moved)
                self._unmarked.extend(moved)
        self._at("tidy")
        self._mark()
        self._carried.clear()
        self._tell()

    def _tell(self) -> None:
        oldest = self._pending.oldest_ns()
        age = 0.0 if oldest is None else max(0.0, (self._clock() - oldest) / SECOND)
        self._figures.gauge("pending_runs", len(self._pending))
        self._figures.gauge("pending_entries", self._pending.entries)
        self._figures.gauge("pending_oldest_seconds", age)
        self._figures.gauge("batches_under_way", self._orders.under_way)
        self._figures.gauge("behind_seconds", self._behind_ns() / SECOND)
        self._figures.gauge("heartbeat_seconds", self._clock() / SECOND)

    def _behind_ns(self) -> int:
        """Return for how long what is complete has waited to be scored."""
        complete = [unit.complete_ns for unit in self._orders.units()]
        due = self._pending.next_due()
        complete += [] if due is None else [due]
        return max(0, self._clock() - min(complete, default=self._clock()))

    def _is_over(self) -> bool:
        if self._settings.finish:
            return not self._is_behind and not len(self._pending) and not self._orders.under_way
        if self._ending_at is None:
            return False
        if time.monotonic() >= self._ending_at:
            return True
        due = self._pending.next_due()
        return not self._orders.under_way and (due is None or due > self._now())


def main(settings: ScorerSettings) -> None:
    """Score until SIGTERM, which lets what is complete be finished."""
    with explained(settings.state):
        scorer = Scorer(settings)

    def end(number: int, frame: FrameType | None) -> None:
        scorer.end_soon()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    scorer.run()
