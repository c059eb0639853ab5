"""A side's figure over its tasks, with the interval that fits its kind."""

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from midspan.scorers.comparison.declared import RELIABILITY, SHARES, is_yes_or_no
from midspan.scorers.comparison.grid import Grid, Numbers, Truths
from midspan.scorers.comparison.result import Figure
from midspan.scorers.score import Declaration
from midspan.scorers.statistics import (
    Estimate,
    bootstrap_mean,
    bootstrap_median,
    bootstrap_ratio,
    mean_over_tasks,
    share_over_tasks,
)

SEED: Final = 0
"""Of everything that is drawn: the same runs give the same figures."""


def figure(
    grid: Grid, side: int, label: str, what: Declaration, units: Truths | None = None
) -> Figure:
    """Return a side's figure; `units` are those to stay among, all where it is None."""
    among = grid.present(side) if units is None else grid.present(side) & units
    runs, tasks = grid.counts(side, among), len(grid.tasks(among))
    if not tasks:
        return Figure(side=label, estimate=None, tasks=0, runs=0, note="no value")
    if grid.is_ratio:
        totals = grid.sums(grid.total[:, side], among)
        out_of = grid.sums(grid.out_of[:, side], among)
        if not np.sum(out_of) > 0:
            note = _nothing(what, runs)
            return Figure(side=label, estimate=None, tasks=tasks, runs=runs, note=note)
        found = bootstrap_ratio(totals, out_of, seed=SEED)
    else:
        means = grid.means(grid.value[:, side], among)
        found = _over_tasks(means, grid.sums(grid.runs[:, side], among), what)
    if what.unit in SHARES:
        found = _within(found)
    return Figure(side=label, estimate=_unsure(found), tasks=tasks, runs=runs)


def with_median(figure: Figure, values: pl.DataFrame) -> Figure:
    """Return the figure with the median over its runs; `values` has their `task` and `value`."""
    if values.is_empty():
        return figure
    found = bootstrap_median(values["value"].to_numpy(), values["task"].to_numpy(), seed=SEED)
    return replace(figure, median=_unsure(found))


def _over_tasks(means: Numbers, trials: Numbers, what: Declaration) -> Estimate:
    is_share = what.unit in SHARES and bool(np.all((means >= 0) & (means <= 1)))
    # Where all tasks are alike at an end, nothing varies and the share is not sure for that.
    at_an_end = is_share and (bool(np.all(means == 0)) or bool(np.all(means == 1)))
    if at_an_end or (is_share and is_yes_or_no(what)):
        return share_over_tasks(means, trials)
    if RELIABILITY.fullmatch(what.name):
        return bootstrap_mean(means, seed=SEED)
    return mean_over_tasks(means)


def _unsure(found: Estimate) -> Estimate:
    """Return an estimate without an interval of no width, which would look like certainty."""
    width = abs((found.high or 0.0) - (found.low or 0.0))
    if found.low is None or found.high is None or width > 1e-12 * abs(found.value):
        return found
    return replace(found, low=None, high=None)


def _within(found: Estimate) -> Estimate:
    """Return an estimate of a share, which is nowhere below nothing or above all."""
    if found.low is None or found.high is None:
        return found
    low, high = min(found.value, 0.0), max(found.value, 1.0)
    return replace(found, low=max(low, found.low), high=min(high, found.high))


def _nothing(what: Declaration, runs: int) -> str:
    if what.name.endswith("_per_success"):
        return f"no success in {runs} run{'' if runs == 1 else 's'}"
    return "no event to judge"
