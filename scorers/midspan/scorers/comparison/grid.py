"""The figures of one score by unit and side, as arrays, and what they come to by task."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from midspan.scorers.comparison.sides import Sides

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A row a unit, a column a side; NaN where there is nothing."""

    value: Numbers
    total: Numbers
    out_of: Numbers
    runs: Numbers
    task_of: Places
    """The task of each unit."""

    @cached_property
    def is_ratio(self) -> bool:
        """Return whether the figure is a ratio of sums."""
        return bool(np.any(~np.isnan(self.total)))

    def in_order(self, sides: Sequence[int]) -> "Grid":
        """Return the same with its columns in another order."""
        value, total, out_of, runs = (
            each[:, list(sides)] for each in (self.value, self.total, self.out_of, self.runs)
        )
        return Grid(value=value, total=total, out_of=out_of, runs=runs, task_of=self.task_of)

    def present(self, side: int) -> Truths:
        """Return which units have a figure on a side."""
        found = self.total[:, side] if self.is_ratio else self.value[:, side]
        return ~np.isnan(found)

    def tasks(self, units: Truths) -> Places:
        """Return the tasks of some units, each once, in order."""
        return np.flatnonzero(np.bincount(self.task_of[units]))

    def means(self, values: Numbers, units: Truths) -> Numbers:
        """Return the mean of a column over the units of each task."""
        return self.sums(values, units) / self.sums(np.ones_like(values), units)

    def sums(self, values: Numbers, units: Truths) -> Numbers:
        """Return the sum of a column over the units of each task."""
        task_of = self.task_of[units]
        found: Numbers = np.bincount(task_of, weights=values[units]).astype(np.float64)
        return found[np.bincount(task_of) > 0]

    def counts(self, side: int, units: Truths) -> int:
        """Return on how many runs a side's figures of some units stand."""
        return int(np.nansum(self.runs[units, side]))


def grids(figures: pl.DataFrame, sides: Sides) -> dict[str, Grid]:
    """Return the grid of every score, by its name."""
    units = sides.cells["unit"].n_unique()
    task_of = np.zeros(units, dtype=np.int64)
    task_of[sides.cells["unit"].to_numpy()] = sides.cells["task"].to_numpy()
    # A side may have several cells of one unit: of experiments, and of axes that pair nothing.
    # Their value is the mean over all of their runs, as though they were one.
    valued = pl.when(pl.col("value").is_not_null()).then("runs")
    summed = (
        figures.join(sides.cells, on="cell")
        .with_columns(valued=valued, times=pl.col("value") * pl.col("runs"))
        .group_by("name", "unit", "side")
        .agg(
            pl.col("value").first(),
            pl.col("total", "out_of", "runs", "times", "valued").sum(),
            cells=pl.len(),
            is_ratio=pl.col("total").is_not_null().any(),
        )
        .with_columns(
            pl.when(pl.col("cells") == 1)
            .then("value")
            .otherwise(pl.col("times") / pl.col("valued")),
            pl.when("is_ratio").then(pl.col("total", "out_of")),
        )
        .sort("name")
    )
    names = summed.select(pl.col("name").rle()).unnest("name")
    end = names["len"].cum_sum()
    at = summed["unit"].to_numpy(), summed["side"].to_numpy()
    columns = {
        column: summed[column].cast(pl.Float64).to_numpy()
        for column in ("value", "total", "out_of", "runs")
    }
    found = {}
    for name, begin, stop in zip(names["value"], end - names["len"], end, strict=True):
        here = at[0][begin:stop], at[1][begin:stop]
        arrays = {}
        for column, values in columns.items():
            arrays[column] = np.full((units, len(sides.labels)), np.nan)
            arrays[column][here] = values[begin:stop]
        found[name] = Grid(**arrays, task_of=task_of)
    return found
