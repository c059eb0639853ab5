"""How the runs of a sweep came out, on a terminal: a line a variant, a column an outcome."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import counted, printable
from midspan.dashboards.terminal.sweep_plan import AXES, MOST

ORDER: Final = (
    *("success", "wrong", "unscored", "no_answer", "agent_error", "provider_error"),
    *("budget", "timeout", "infra", "not run", "unknown"),
)


def sweep_outcomes(runs: pl.DataFrame) -> Table:
    """Return the table; its last column and last line are sums, so that everything adds up.

    `runs` has a row a planned run: the axes of its variant, and its outcome.
    """
    axes = [axis for axis in AXES if runs[axis].n_unique() > 1] or [AXES[0]]
    found = set(runs["outcome"])
    columns = [name for name in ORDER if name in found] + sorted(found - set(ORDER))
    table = Table(box=None, pad_edge=False, show_footer=True)
    for number, axis in enumerate(axes):
        table.add_column(axis, footer="all" if number == 0 else "", overflow="fold")
    for name in columns:
        total = runs.filter(pl.col("outcome") == name).height
        table.add_column(Text(name), footer=f"{total:,}", justify="right")
    table.add_column("runs", footer=f"{runs.height:,}", justify="right")
    variants = list(runs.group_by(axes, maintain_order=True))
    for values, group in variants[:MOST]:
        table.add_row(*(printable(str(value)) for value in values), *_counts(group, columns))
    if further := [group for _, group in variants[MOST:]]:
        names = [counted(len(further), "more variant"), *[""] * (len(axes) - 1)]
        table.add_row(*names, *_counts(pl.concat(further), columns))
    return table


def _counts(runs: pl.DataFrame, outcomes: Sequence[str]) -> list[str]:
    counts = [runs.filter(pl.col("outcome") == name).height for name in outcomes]
    return [*(f"{count:,}" if count else "·" for count in counts), f"{runs.height:,}"]
