"""Batches under way: ordered, made, taken in; and what becomes of one that cannot be made."""

import contextlib
import errno
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from midspan.pipelines.watch.backlog.entry import Damaged
from midspan.pipelines.watch.batches import Batches
from midspan.pipelines.watch.batches.making import Made, write_payloads
from midspan.pipelines.watch.batches.records import OutdatedError
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.scorer.carried import header, payloads
from midspan.pipelines.watch.scorer.pending import SECOND, Unit
from midspan.pipelines.watch.scorer.trace import Key
from midspan.pipelines.watch.scorer.workers import Makers, Order
from midspan.pipelines.watch.troubles import Troubles, may_pass, reason_of
from midspan.scorers.errors import SurroundingsError

SET_ASIDE: Final = "set-aside"
LABELS: Final = {
    "runs_scored": "outcome",
    "calls": "fault",
    "responses": "kind",
    "parses": "result",
}
"""Counters of what batches hold, and the label of each."""

KILLS: Final = 3
KILLED: Final = f"its process was killed {KILLS} times, most likely for want of memory"

PAUSE: Final = 0.5
"""Seconds between two attempts, while another command writes the workspace or the disk is full."""

UNSCORED: Final = "runs cannot be scored"
"""What a refusal of the disk keeps from being done; the runs wait."""


class Orders:
    """What is under way between the pending runs and the workspace."""

    def __init__(
        self,
        batches: Batches,
        makers: Makers,
        figures: Figures,
        *,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Begin with none."""
        self._batches, self._makers, self._figures = batches, makers, figures
        self._clock = clock
        self._at_work: dict[Future[Made | None], Order] = {}
        self._made: deque[tuple[Order, Made]] = deque()
        self._waiting: deque[Sequence[Unit]] = deque()
        self._kills: Counter[Key | None] = Counter()
        self._paused_until, self._troubles = 0.0, Troubles()

    @property
    def under_way(self) -> int:
        """Return how many batches are under way."""
        return len(self._at_work) + len(self._made) + len(self._waiting)

    def units(self) -> Iterator[Unit]:
        """Yield the units that are under way."""
        for order in (*self._at_work.values(), *(order for order, _ in self._made)):
            yield from order.units
        for units in self._waiting:
            yield from units

    def lowest(self, within: range) -> int | None:
        """Return the lowest number of an entry that is under way, within a range."""
        numbers = (entry for unit in self.units() for entry in unit.entries if entry in within)
        return min(numbers, default=None)

    def begin(self, units: Sequence[Unit]) -> None:
        """Have a batch made, as soon as there is a place for it."""
        settings = self._batches.settings
        try:
            folder = self._batches.new_folder()
        except (OSError, SurroundingsError) as error:
            self._waiting.append(units)
            self._pause_for(error)
            return
        order = Order(
            units=units,
            folder=folder,
            backlog=settings.state / "backlog",
            carried=settings.state / "carried",
        )
        try:
            self._at_work[self._submitted(order)] = order
        except OSError as error:
            self._again(order)
            self._pause_for(error)

    def _submitted(self, order: Order) -> "Future[Made | None]":
        settings = self._batches.settings
        try:
            return self._makers.submit(order, settings)
        except BrokenProcessPool:
            self._makers.restart()
            return self._makers.submit(order, settings)

    def finished(self, seconds: float) -> Iterator[Unit]:
        """Yield the units of batches that are done with, after so long at most."""
        if self._at_work:
            done, _ = wait(self._at_work, timeout=seconds, return_when="FIRST_COMPLETED")
        else:
            time.sleep(seconds)
            done = set()
        broken: list[Order] = []
        for future in done:
            order = self._at_work.pop(future)
            try:
                made = future.result()
            except BrokenProcessPool:
                broken.append(order)
            except Exception as error:
                yield from self._not_made(order, error)
            else:
                if made is None:
                    shutil.rmtree(order.folder, ignore_errors=True)
                    yield from order.units
                else:
                    self._made.append((order, made))
        if broken:
            yield from self._killed([*broken, *self._at_work.values()])
        yield from self._taken_in()
        while self._waiting and len(self._at_work) < self._makers.count and not self._is_paused():
            self.begin(self._waiting.popleft())

    def _taken_in(self) -> Iterator[Unit]:
        while self._made and not self._is_paused():
            order, made = self._made[0]
            try:
                self._batches.take_in(made)
            except OutdatedError:
                self._made.popleft()
                self._again(order)
                continue
            except (OSError, SurroundingsError) as error:
                self._pause_for(error, locked=not isinstance(error.__cause__ or error, OSError))
                return
            self._troubles.over(UNSCORED)
            self._made.popleft()
            self._tell(order, made)
            yield from order.units

    def _pause_for(self, error: Exception, *, locked: bool = False) -> None:
        """Wait a moment: for the disk, of which is told, or for who writes the workspace."""
        if not may_pass(error):
            raise error
        if locked:
            self._figures.count("workspace_locked")
        else:
            self._figures.count("disk_refusals")
            self._troubles.refused(UNSCORED, reason_of(error))
        self._paused_until = time.monotonic() + PAUSE

    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _tell(self, order: Order, made: Made) -> None:
        now = self._clock()
        for counter, counts in made.figures.items():
            for label, count in counts.items():
                self._figures.count(counter, count, **{LABELS[counter]: label})
        self._figures.count("spans_scored", made.spans)
        self._figures.count("batches")
        self._figures.count("runs_late", len(made.joined.runs))
        for unit in order.units:
            self._figures.observe("scoring_lag_seconds", max(0, now - unit.complete_ns) / SECOND)
            self._figures.observe("last_span_lag_seconds", max(0, now - unit.last_ns) / SECOND)

    def _not_made(self, order: Order, error: Exception) -> Iterator[Unit]:
        """Have a batch made again where the disk refused it, else without what is at fault."""
        # A place of the disk that cannot be read costs what stands there, and not the others.
        unreadable = isinstance(error, OSError) and error.errno == errno.EIO
        if not may_pass(error):
            try:
                self._batches.require_sound()
            except SurroundingsError as refusal:
                error = refusal
        if may_pass(error) and not unreadable:
            self._again(order)
            self._pause_for(error)
        else:  # nor does a fault of ours on one run
            yield from self._failed(order, f"{type(error).__name__}: {error}")

    def _again(self, order: Order) -> None:
        shutil.rmtree(order.folder, ignore_errors=True)
        self._waiting.append(order.units)

    def _killed(self, orders: Sequence[Order]) -> Iterator[Unit]:
        """Make anew what was under way when a process was killed, in halves: one of them did it."""
        self._figures.count("makers_killed")
        self._at_work.clear()
        self._makers.restart()
        for order in orders:
            alone = order.units[0].key if len(order.units) == 1 else None
            self._kills[alone] += 1
            if alone is not None and self._kills[alone] < KILLS:
                self._again(order)  # it may have been another's fault
            else:
                yield from self._failed(order, KILLED)

    def _failed(self, order: Order, reason: str) -> Iterator[Unit]:
        """Make a batch in two halves; what cannot be made by itself is set aside, and told."""
        units = order.units
        if len(units) > 1:
            half = len(units) // 2
            self._waiting += [units[:half], units[half:]]
        else:
            try:
                self._set_aside(order, reason)
            except OSError as error:
                self._again(order)
                self._pause_for(error)
                return
            yield from units
        shutil.rmtree(order.folder, ignore_errors=True)

    def _set_aside(self, order: Order, reason: str) -> None:
        """Keep the requests of a run that cannot be scored, as `midspan ingest` reads them."""
        folder: Path = self._batches.settings.state / SET_ASIDE / order.folder.name.lstrip(".")
        folder.mkdir(parents=True, exist_ok=True)
        write_payloads(self._readable(order), folder)
        (folder / "reason.txt").write_text(f"{reason}\n")
        self._figures.count("runs_set_aside")

    def _readable(self, order: Order) -> Iterator[bytes]:
        """Yield the payloads of an order, without those that the disk has lost: these count."""
        for number in order.entries:
            try:
                payload = list(payloads([number], order.backlog, order.carried))
            except (OSError, Damaged):
                with contextlib.suppress(OSError, Damaged):
                    lost = header(number, order.backlog, order.carried).spans
                    self._figures.count("backlog_damaged_spans", lost)
                continue
            yield from payload
