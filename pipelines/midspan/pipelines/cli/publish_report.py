"""What publishing did, as people and programs read it."""

import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.typed import as_typed

if TYPE_CHECKING:
    from midspan.pipelines.publish.progress import Progress, Step
    from midspan.pipelines.publish.publishing import Outcome
    from midspan.pipelines.publish.report import Count, Published

WIDTH: Final = 80
"""Columns of a screen that nothing but an address goes beyond."""

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
        key = step.server, _word(step.what)
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
        console.note("when the cause is mended, the same command goes on:")
        console.note(f"  {_command(workspace)}")


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
            yield from _wrapped(f"{report.server}: ", f"{_counted(what, rows)} left: {reason}")
            yield from (f"  {place}" for place in named)
            if len(named) < rows:
                yield "  ..."


def _lines(report: "Published", *, dry_run: bool) -> Iterator[str]:
    yield f"{report.server} {report.url}"
    for what, count in report.counts.items():
        yield from _beside(_word(what), _told(count, dry_run=dry_run))
    if report.removed:
        removed = f"{_counted('annotations', report.removed)} that no longer stand in the workspace"
        yield from _beside("removed", removed)
    for number, (reason, rows) in enumerate(report.aside.items()):
        yield from _beside("" if number else "not sent", f"{rows:,} {reason}")
    for note in report.notes:
        yield from _wrapped("  ", note)
    for link in report.links:
        yield from _wrapped("  ", link.what)
        yield f"    {link.url}"


def _beside(word: str, text: str) -> list[str]:
    return _wrapped(f"  {word:12} ", text)


def _wrapped(head: str, text: str) -> list[str]:
    """Return a text in lines that fit a screen, below each other; no word of it is cut."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _told(count: "Count", *, dry_run: bool) -> str:
    if dry_run:
        return f"{count.asked:,}, of which {count.already:,} were sent before"
    parts = [f"{count.stored + count.already:,} of {count.asked:,}"]
    if count.already == count.asked:
        parts.append("all were there" if count.asked > 1 else "was there")
    elif count.already:
        parts.append(f"{count.already:,} were there")
    if left := sum(count.left.values()):
        parts.append(f"{left:,} left")
    return ", ".join(parts)


def _word(what: str) -> str:
    return WORDS.get(what, what)


def _counted(what: str, rows: int) -> str:
    word = _word(what)
    return f"{rows:,} {word.removesuffix('s') if rows == 1 else word}"


def _command(workspace: Path) -> str:
    """Return the command that goes on: this one, where it is the one that publishes."""
    context = click.get_current_context(silent=True)
    if context is not None and context.command_path == "midspan publish":
        return as_typed(context)
    return f"midspan publish {shlex.quote(str(workspace))}"
