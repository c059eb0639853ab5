"""How far scoring is: runs done, and how many a second; silent where stderr is no terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from midspan.pipelines.cli import console


class _Rate(ProgressColumn):
    """Runs done of all, and runs a second."""

    def render(self, task: Task) -> Text:
        """Return the column of one bar."""
        speed = task.finished_speed or task.speed
        rate = f"  {speed:,.0f} runs/s" if speed else ""
        return Text(f"{task.completed:,.0f} of {task.total or 0:,.0f} runs{rate}")


@contextmanager
def runs_a_second() -> Iterator[console.Report]:
    """Give a function that shows how many runs are scored."""
    notes = console.notes()
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )
    with bars:
        bar = bars.add_task("scoring", total=None)
        yield lambda stage, done, total: bars.update(bar, completed=done, total=total)
