"""The overview of an experiment: what the traces say beside outcomes, a line per variant."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import NOTHING, bar, number, percent, printable
from midspan.scorers.comparison.runs import CELL

_ALWAYS: Final = frozenset({"task", "model"})
_MIDDLE: Final = (
    ("valid_call_rate", "valid calls"),
    ("longest_loop", "loop"),
)
_MEANINGS: Final = (
    ("tasks", "errors: broke off"),
    ("valid_call_rate", "valid calls: no model fault"),
    ("longest_loop", "loop: most repeats (1 = none)"),
)
"""By the column that has to be there: what a head is too short for."""


def overview(frame: pl.DataFrame) -> Table:
    """Return a table of variants or of cells; columns that tell nothing apart are left out."""
    axes = [
        axis
        for axis in CELL
        if axis in frame.columns and (axis in _ALWAYS or frame[axis].n_unique() > 1)
    ]
    scores = [(name, title) for name, title in _MIDDLE if name in frame.columns]
    of_variants = "tasks" in frame.columns
    table = Table(box=None, pad_edge=False, header_style="bold")
    for axis in axes:
        table.add_column(axis, no_wrap=axis != "task")
    for title in ("tasks", "runs") if of_variants else ("runs",):
        table.add_column(title, justify="right")
    table.add_column("success", justify="right", no_wrap=True)
    if of_variants:
        table.add_column("", no_wrap=True)
        table.add_column("errors", justify="right")
    for _, title in scores:
        table.add_column(title, justify="right")
    for row in frame.iter_rows(named=True):
        table.add_row(
            *(Text(printable(row[axis] or NOTHING)) for axis in axes),
            *([str(row["tasks"])] if of_variants else []),
            _runs(row["runs"], row["counted"]),
            percent(row["success_rate"]),
            *(_bar_and_errors(row) if of_variants else []),
            *(_score(name, row[name]) for name, _ in scores),
        )
    for column in table.columns:
        if column.no_wrap:
            # Else rich cuts such a column, and leaves out those right of it, without a word.
            column.min_width = max((cell_len(str(cell)) for cell in column.cells), default=0)
    return table


def legend(frame: pl.DataFrame) -> str:
    """Return one line that says what the columns of the overview mean."""
    return " · ".join(meaning for column, meaning in _MEANINGS if column in frame.columns)


def _bar_and_errors(row: Mapping[str, Any]) -> list[RenderableType]:
    return [bar(row["success_rate"], width=6), percent(row["error_rate"])]


def _runs(runs: int, counted: int) -> str:
    return str(runs) if runs == counted else f"{counted} of {runs}"


def _score(name: str, value: float | None) -> str:
    if value is None:
        return NOTHING
    return percent(value) if name.endswith("_rate") else number(value)
