"""Where commands write: rows to stdout, progress and notes to stderr, both plain when piped."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click
from rich.console import Console
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from midspan.instrumentation import streams

WIDEST: Final = 10_000
"""More columns than any table needs."""

Report = Callable[[str, int, int], None]
"""Called with the stage, and how much of how much is done."""


class Screen(Console):
    """A console that leaves a reader who went away to the command boundary."""

    def on_broken_pipe(self) -> None:
        """Raise, where rich would end the program with 1: the code of a verdict."""
        raise BrokenPipeError


def output() -> Console:
    """Return the console for results."""
    return _with_some_width(Screen(highlight=False, soft_wrap=False))


def notes() -> Console:
    """Return the console for everything that is not a result."""
    return _with_some_width(Console(stderr=True, highlight=False))


def note(text: str) -> None:
    """Print one line on stderr, whatever it quotes: names of files and texts of agents too."""
    click.echo(streams.visible(text).replace("\n", " "), err=True)


def show_whole(table: Table) -> bool:
    """Print a table with all its columns; return whether it is wider than the screen."""
    screen = output()
    width = screen.width
    needed = Measurement.get(screen, screen.options.update_width(WIDEST), table).minimum
    screen.width = max(width, needed)
    screen.print(table)
    return needed > width


def _with_some_width(console: Console) -> Console:
    if console.width < 1:  # COLUMNS=0, which says that the width is not known
        console.width = shutil.get_terminal_size().columns
    return console


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Give a function that tells one step of something long: a line on stderr, also when piped.

    On a terminal a clock runs below the lines meanwhile.
    """
    console = notes()
    clock = Progress(
        SpinnerColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with clock:
        clock.add_task("")
        yield lambda line: console.print(line, markup=False, soft_wrap=True)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on stderr, also when piped, that something long begins, and how long it took."""
    begun = time.monotonic()
    click.echo(what, err=True)
    yield
    click.echo(f"{what}: done in {time.monotonic() - begun:.0f} s", err=True)


@contextmanager
def progress() -> Iterator[Report]:
    """Give a function that shows how far each stage is; silent where stderr is no terminal."""
    console = notes()
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield report
