"""How far a sweep is, live: runs done, running and infra, their rate, and when it ends."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from midspan.instrumentation import streams
from midspan.pipelines.cli import console
from midspan.pipelines.sweep.standing import INFRA
from midspan.pipelines.sweep.worker import Event, RunBegun, RunEnded, Told, WorkBegun

_TOLD: Final = 3
"""Runs that were lost for the same reason and are named; the others are counted."""


class _Counts(ProgressColumn):
    """Runs by how far they are."""

    def render(self, task: Task) -> Text:
        """Return the column of the bar."""
        words = [f"{task.completed:,.0f} of {task.total or 0:,.0f} done"]
        words += [f"{count:,} {name}" for name, count in task.fields["counts"].items() if count]
        if speed := task.finished_speed or task.speed:
            words.append(f"{speed * 60:,.0f} runs/min" if speed < 1 else f"{speed:,.1f} runs/s")
        return Text("  " + " · ".join(words))


@contextmanager
def runs_told() -> Iterator[tuple[Callable[[Event], None], console.Report]]:
    """Give what is told of runs, and of stages after them; silent where stderr is no terminal.

    What a person has to know is said in any case.
    """
    notes = console.notes()
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        _Counts(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )
    counts = {"running": 0, "infra": 0}
    lost: Counter[str] = Counter()

    def tell(event: Event) -> None:
        match event:
            case WorkBegun():
                bars.update(bar, total=event.planned, completed=event.done)
            case RunBegun():
                counts["running"] += 1
            case RunEnded():
                counts["running"] = max(0, counts["running"] - 1)
                if event.record.ended_by not in INFRA:
                    bars.update(bar, advance=1)
                elif not event.again:
                    counts["infra"] += 1
                    lost[why := _why(event)] += 1
                    if lost[why] <= _TOLD:
                        told = f"{event.run.planned.name}: not run: {why}"
                        notes.print(streams.visible(told), markup=False, soft_wrap=True)
            case Told():
                notes.print(streams.visible(event.text), markup=False, soft_wrap=True)
        bars.update(bar, counts=counts)

    stages: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in stages:
            stages[stage] = bars.add_task(stage, total=total, counts={})
        bars.update(stages[stage], completed=done, total=total)

    with bars:
        bar = bars.add_task("running agents", total=None, counts=counts)
        yield tell, report
    for why, count in lost.items():
        if count > _TOLD:
            console.note(f"{count - _TOLD:,} more not run: {why}")


def _why(event: RunEnded) -> str:
    told = (event.problem or "").strip().partition("\n")[0]
    return streams.visible(told or f"ended by {event.record.ended_by}")
