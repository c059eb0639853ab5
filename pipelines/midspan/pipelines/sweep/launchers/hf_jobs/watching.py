"""Follows a sweep on the Hub until nothing of it goes on."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.launchers.hf_jobs.launching import Launcher

FIRST: Final = 1.0
"""Seconds before the jobs are looked at; each pause is half as long again as the one before."""
LONGEST: Final = 10.0

Show = Callable[[Sequence[JobRow], int], None]
"""Called with the jobs, and how many are still to be submitted."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often the jobs are looked at."""

    first: float = FIRST
    longest: float = LONGEST
    sleep: Callable[[float], None] = time.sleep

    def pauses(self) -> Iterator[float]:
        """Yield how long to wait before each look."""
        pause = self.first
        while True:
            yield min(pause, self.longest)
            pause = min(pause * 1.5, self.longest)


def watch(
    launcher: Launcher,
    *,
    show: Show = lambda _rows, _queued: None,
    rhythm: Rhythm | None = None,
) -> list[JobRow]:
    """Return the jobs when none goes on and none is to be submitted.

    Raises:
        SurroundingsError: When the Hub took no further job, after those that went on had ended.
    """
    rhythm = rhythm or Rhythm()
    pauses = rhythm.pauses()
    show(launcher.rows(), launcher.queued)
    while not launcher.is_over:
        rhythm.sleep(next(pauses))
        launcher.step()
        show(launcher.rows(), launcher.queued)
    if launcher.stopped is not None:
        raise launcher.stopped
    return launcher.rows()
