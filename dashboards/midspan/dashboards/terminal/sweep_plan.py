"""What a sweep runs, on a terminal: the matrix, and how much of it is done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import NOTHING, counted, printable

AXES: Final = ("model", "revision", "tier", "harness")
STATES: Final = ("done", "again", "missing")
MOST: Final = 60
"""Variants that are listed."""

_GAP: Final = 2
_PLURALS: Final = {"harness": "harnesses"}


def sweep_matrix(cells: pl.DataFrame, width: int) -> RenderableType:
    """Return the variants, a line each: by task where that fits the width, else summed up.

    `cells` has a row a cell: the axes of its variant, task, runs, and how many are done, are to
    run again, and are missing.
    """
    axes = [axis for axis in AXES if cells[axis].n_unique() > 1] or [AXES[0]]
    by_task = _by_task(cells, axes)
    return by_task if _width(by_task) <= width else _summed_up(cells, axes)


def left_out(cells: pl.DataFrame) -> str | None:
    """Return how many variants the matrix does not list, if it does not list all."""
    further = cells.select(AXES).n_unique() - MOST
    return f"{counted(further, 'more variant')}: --json lists all" if further > 0 else None


def product_line(factors: Mapping[str, int], runs: int) -> str:
    """Return the matrix as a sum that a person can check.

    >>> product_line({"model": 2, "task": 4, "trial": 5}, 40)
    '2 models x 4 tasks x 5 trials = 40 runs'
    >>> product_line({"model": 2, "task": 4}, 6)
    '2 models x 4 tasks, less 2 excluded = 6 runs'
    """
    product = 1
    for count in factors.values():
        product *= count
    parts = [
        f"{count:,} {axis if count == 1 else _PLURALS.get(axis, f'{axis}s')}"
        for axis, count in factors.items()
    ]
    less = f", less {product - runs:,} excluded" if product > runs else ""
    return f"{' x '.join(parts)}{less} = {counted(runs, 'run')}"


def _by_task(cells: pl.DataFrame, axes: Sequence[str]) -> Table:
    tasks = cells["task"].unique(maintain_order=True).to_list()
    any_done = bool(cells["done"].sum())
    table = _table(axes, tasks)
    for variant, rows in _variants(cells):
        of_task = {row["task"]: row for row in rows}
        table.add_row(
            *_names(variant, axes),
            *(_progress(of_task.get(task), any_done=any_done) for task in tasks),
        )
    return table


def _summed_up(cells: pl.DataFrame, axes: Sequence[str]) -> Table:
    table = _table(axes, ["tasks", "runs", *STATES])
    for column in table.columns[: len(axes)]:
        column.no_wrap, column.overflow = False, "fold"
    for variant, rows in _variants(cells):
        sums = [sum(row[name] for row in rows) for name in ("runs", *STATES)]
        table.add_row(
            *_names(variant, axes),
            *(Text(f"{count:,}") for count in (len(rows), *sums)),
        )
    return table


def _table(axes: Sequence[str], counts: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for axis in axes:
        table.add_column(axis, no_wrap=True)
    for name in counts:
        table.add_column(Text(printable(name)), justify="right", no_wrap=True)
    return table


def _variants(cells: pl.DataFrame) -> Iterator[tuple[tuple[str | None, ...], list[Any]]]:
    """Yield the variants that are listed, each with its cells."""
    groups = cells.group_by(*AXES, maintain_order=True)
    for number, (variant, of_variant) in enumerate(groups):
        if number >= MOST:
            return
        yield variant, of_variant.to_dicts()


def _names(variant: Sequence[str | None], axes: Sequence[str]) -> list[Text]:
    named = dict(zip(AXES, variant, strict=True))
    return [Text(printable(named[axis] or NOTHING)) for axis in axes]


def _progress(cell: Mapping[str, int] | None, *, any_done: bool) -> Text:
    if cell is None:
        return Text(NOTHING, style="dim")
    if not any_done:
        return Text(str(cell["runs"]))
    whole = cell["done"] == cell["runs"]
    return Text(f"{cell['done']}/{cell['runs']}", style="green" if whole else "")


def _width(table: Table) -> int:
    """Return the columns that a table takes where nothing in it is broken."""
    widths = [
        max(cell_len(str(part)) for part in (column.header, *column.cells))
        for column in table.columns
    ]
    return sum(widths) + _GAP * (len(widths) - 1)
