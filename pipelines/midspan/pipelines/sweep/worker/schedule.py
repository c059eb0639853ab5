"""Which run comes next: in order, and those that come again not before their time."""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from midspan.pipelines.sweep.plan import SweepRun


@dataclass(frozen=True, kw_only=True)
class Due:
    """A run whose turn it is."""

    run: SweepRun
    tried: int = 0
    """How often this worker has launched it already."""


class Schedule:
    """Gives runs to whoever asks, each to one; waits while there is none and may be one."""

    def __init__(
        self, runs: Iterable[SweepRun], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin with runs that are due now."""
        self._now = deque(Due(run=run) for run in runs)
        self._later: list[tuple[float, int, Due]] = []
        self._count = itertools.count()
        self._under_way = 0
        self._stopped = False
        self._clock = clock
        self._changed = threading.Condition()

    def take(self) -> Due | None:
        """Return a run that is due; None once there will be none any more."""
        with self._changed:
            while True:
                if self._stopped:
                    return None
                if self._later and self._later[0][0] <= self._clock():
                    return self._begun(heapq.heappop(self._later)[2])
                if self._now:
                    return self._begun(self._now.popleft())
                if not self._later and not self._under_way:
                    return None
                wait = self._later[0][0] - self._clock() if self._later else None
                self._changed.wait(wait)

    def over(self) -> None:
        """Say that a run that was taken is over."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def again(self, due: Due, *, after: float, tried: int) -> None:
        """Say that a run that was taken is due again, after so many seconds."""
        with self._changed:
            self._under_way -= 1
            entry = (self._clock() + after, next(self._count), Due(run=due.run, tried=tried))
            heapq.heappush(self._later, entry)
            self._changed.notify_all()

    def stop(self) -> None:
        """Give out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _begun(self, due: Due) -> Due:
        self._under_way += 1
        return due
