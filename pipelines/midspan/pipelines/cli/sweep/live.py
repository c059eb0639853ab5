"""The jobs of a sweep as they go on: a table that is drawn anew, silent where nobody looks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from midspan.pipelines.cli import console

if TYPE_CHECKING:
    from midspan.dashboards.terminal.sweep_jobs import JobRow

Show = Callable[["Sequence[JobRow]", int], None]


@contextmanager
def live_jobs(*, spent_before: float = 0.0) -> Iterator[Show]:
    """Give a function that shows the jobs, and how many are still to be submitted.

    `spent_before` is what others have cost, that ended before: it is in the sum.
    """
    from rich.live import Live

    from midspan.dashboards.terminal.sweep_jobs import jobs_page

    notes = console.notes()
    if not notes.is_terminal:
        yield lambda _rows, _queued: None
        return
    with Live(console=notes, transient=True, auto_refresh=False) as live:
        yield lambda rows, queued: live.update(
            jobs_page(rows, notes.width, queued=queued, spent_before=spent_before), refresh=True
        )
