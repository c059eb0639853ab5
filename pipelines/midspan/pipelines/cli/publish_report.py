"""What publishing did, as people and programs read it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from midspan.pipelines.cli import console

if TYPE_CHECKING:
    from midspan.pipelines.publish.progress import Progress, Step
    from midspan.pipelines.publish.publishing import Outcome
    from midspan.pipelines.publish.report import Count, Published

WORDS: Final = {
    "annotations": "scores",
    "assessments": "scores",
    "experiment": "experiments",
    "dataset": "tasks",
    "run": "runs",
}
"""What people call what servers are given."""


@contextmanager
def counted() -> "Iterator[Progress]":
    """Give what shows how much of what is asked for each server has; silent when piped."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    notes = console.notes()
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )
    tasks: dict[tuple[str, str], Any] = {}
    asked: Counter[tuple[str, str]] = Counter()

    def tell(step: "Step") -> None:
        key = step.server, WORDS.get(step.what, step.what)
        if key not in tasks:
            tasks[key] = bars.add_task(" ".join(key), total=0)
        if step.stage == "asked":
            asked[key] += step.rows
            bars.update(tasks[key], total=asked[key])
        else:
            bars.advance(tasks[key], step.rows)

    with bars:
        yield tell


def show_outcome(outcome: "Outcome", workspace: Path, *, dry_run: bool, on_screen: bool) -> None:
    """Print a block for each server, and on stderr what was left and why."""
    for number, report in enumerate(outcome.published):
        if on_screen:
            screen = console.output()
            if number:
                screen.print()
            for line in _lines(report, dry_run=dry_run):
                screen.print(line, soft_wrap=True, markup=False)
        for line in left_lines(report):
            console.note(line)
    for error in outcome.failed.values():
        click.echo(str(error), err=True)
    for note in outcome.notes:
        console.note(note)
    if outcome.failed or any(report.left for report in outcome.published):
        console.note(
            f"when the cause is mended, the same command goes on: midspan publish {workspace}"
        )


def as_rows(outcome: "Outcome") -> list[dict[str, Any]]:
    """Return the report as plain values, an entry a server."""
    return [
        {
            "server": one.server,
            "url": one.url,
            "counts": {
                what: {
                    "asked": count.asked,
                    "stored": count.stored,
                    "already": count.already,
                    "left": dict(count.left),
                }
                for what, count in one.counts.items()
            },
            "aside": dict(one.aside),
            "removed": one.removed,
            "links": [{"what": link.what, "url": link.url} for link in one.links],
            "notes": list(one.notes),
        }
        for one in outcome.published
    ] + [
        {"server": server, "error": error.args[0], "fix": error.fix}
        for server, error in outcome.failed.items()
    ]


def left_lines(report: "Published") -> Iterator[str]:
    """Yield what a server does not have, a line a reason, with the first few places."""
    for what, count in report.counts.items():
        for reason, rows in count.left.items():
            named = count.where.get(reason, [])
            more = ", ..." if len(named) < rows else ""
            where = f" ({', '.join(named)}{more})" if named else ""
            yield f"{report.server}: {rows:,} {_word(what)} left: {reason}{where}"


def _lines(report: "Published", *, dry_run: bool) -> Iterator[str]:
    yield f"{report.server} {report.url}"
    for what, count in report.counts.items():
        yield f"  {_word(what):12} {_told(count, dry_run=dry_run)}"
    if report.removed:
        yield f"  {'removed':12} {report.removed:,} scores that no longer stand in the workspace"
    for number, (reason, rows) in enumerate(report.aside.items()):
        yield f"  {'' if number else 'not sent':12} {rows:,} {reason}"
    for note in report.notes:
        yield f"  {note}"
    for link in report.links:
        yield f"  {link.what}: {link.url}"


def _told(count: "Count", *, dry_run: bool) -> str:
    if dry_run:
        return f"{count.asked:,}, of which {count.already:,} were sent before"
    parts = [f"{count.stored + count.already:,} of {count.asked:,}"]
    if count.already:
        parts.append(f"{count.already:,} were there")
    if left := sum(count.left.values()):
        parts.append(f"{left:,} left")
    return ", ".join(parts)


def _word(what: str) -> str:
    return WORDS.get(what, what)
