"""The scorer of a watch: entries of the backlog become scored runs of the workspace.

It reads headers, waits until runs are complete, has batches of them made beside it, and takes these
in. What is not marked as done is done again after a crash, with the same result.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.batches import Batches
from midspan.pipelines.watch.ending import end_when_told
from midspan.pipelines.watch.figures import Figures, begun_ns
from midspan.pipelines.watch.scorer.carried import Carried, Log
from midspan.pipelines.watch.scorer.orders import Orders
from midspan.pipelines.watch.scorer.pending import SECOND, Pending, Unit
from midspan.pipelines.watch.scorer.settings import ScorerSettings
from midspan.pipelines.watch.scorer.workers import Makers
from midspan.pipelines.watch.troubles import Troubles

RUNS: Final = 500
SPANS: Final = 10_000
"""About how much goes into one batch at most."""

BATCH_SECONDS: Final = 1.0
"""A batch begins that often, sooner when it is full."""

TIDY_SECONDS: Final = 1.0
READ_AT_ONCE: Final = 20_000
TO_FINISH: Final = 20.0
"""Seconds that what is complete has after the scorer was told to end."""

LEFT_DONE: Final = "left_spans_done"

_PAUSE: Final = 0.05
_REFUSED: Final = 0.5


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
            quiet_ns=int(settings.quiet * SECOND),
            timeout_ns=int(settings.timeout * SECOND),
            since_ns=begun_ns(state / "figures"),
        )
        self._left_before = self._figures.told.counters.get(LEFT_DONE, 0)
        batches = Batches.begin(settings, at=at)
        self._makers = Makers(settings.workers)
        self._orders = Orders(batches, self._makers, self._figures, clock=clock)
        self._unmarked: deque[int] = deque()
        self._ending_at: float | None = None
        self._begun_at = self._tidied_at = 0.0
        self._is_behind, self._read_ns = False, 0
        self._troubles = Troubles()
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
        """Do what there is to do now, and wait a moment if that is nothing, or is refused."""
        if self._settings.finish:  # nobody waits for what is refused
            with explained(self._settings.state):
                self._step()
            return
        refused = True
        with self._troubles.borne("the backlog cannot be worked on"):
            self._step()
            refused = False
        if refused:
            time.sleep(_REFUSED)

    def _step(self) -> None:
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
            if unit.left:
                self._figures.count(LEFT_DONE, unit.left)
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
        self._figures.gauge("carried_bytes", self._carried.size)
        self._figures.gauge("left_spans", self._left_before + self._pending.left)
        self._figures.gauge("behind_seconds", self._behind_ns() / SECOND)
        self._figures.gauge("heartbeat_timestamp_seconds", self._clock() / SECOND)

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
    end_when_told(scorer.end_soon)
    scorer.run()
