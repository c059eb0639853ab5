"""The figures of one score by unit and side, as arrays, and what they come to by task."""

from dataclasses import dataclass

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

    @property
    def is_ratio(self) -> bool:
        """Return whether the figure is a ratio of sums."""
        return bool(np.any(~np.isnan(self.total)))

    def present(self, side: int) -> Truths:
        """Return which units have a figure on a side."""
        found = self.total[:, side] if self.is_ratio else self.value[:, side]
        return ~np.isnan(found)

    def tasks(self, units: Truths) -> Places:
        """Return the tasks of some units, each once, in order."""
        return np.unique(self.task_of[units])

    def means(self, values: Numbers, units: Truths) -> Numbers:
        """Return the mean of a column over the units of each task."""
        return self.sums(values, units) / self.sums(np.ones_like(values), units)

    def sums(self, values: Numbers, units: Truths) -> Numbers:
        """Return the sum of a column over the units of each task."""
        tasks, place = np.unique(self.task_of[units], return_inverse=True)
        found: Numbers = np.bincount(place, weights=values[units], minlength=len(tasks)).astype(
            np.float64
        )
        return found

    def counts(self, side: int, units: Truths) -> int:
        """Return on how many runs a side's figures of some units stand."""
        return int(np.nansum(self.runs[units, side]))


def grids(figures: pl.DataFrame, sides: Sides) -> dict[str, Grid]:
    """Return the grid of every score, by its name."""
    units = sides.cells["unit"].n_unique()
    task_of = np.zeros(units, dtype=np.int64)
    task_of[sides.cells["unit"].to_numpy()] = sides.cells["task"].to_numpy()
    placed = figures.join(sides.cells, on="cell").sort("name")
    found = {}
    for (name,), rows in placed.partition_by("name", as_dict=True, maintain_order=True).items():
        found[str(name)] = _grid(rows, (units, len(sides.labels)), task_of)
    return found


def _grid(rows: pl.DataFrame, shape: tuple[int, int], task_of: Places) -> Grid:
    # Two workspaces may have several cells of one unit on a side: axes that pair nothing.
    summed = rows.group_by("unit", "side").agg(
        pl.col("value").mean(),
        pl.col("total", "out_of").sum(),
        pl.col("runs").sum(),
        known=pl.col("total").is_not_null().any(),
    )
    at = summed["unit"].to_numpy(), summed["side"].to_numpy()
    ratio = pl.when("known")

    def column(values: pl.Series) -> Numbers:
        array = np.full(shape, np.nan)
        array[at] = values.cast(pl.Float64).to_numpy()
        return array

    return Grid(
        value=column(summed["value"]),
        total=column(summed.select(ratio.then("total")).to_series()),
        out_of=column(summed.select(ratio.then("out_of")).to_series()),
        runs=column(summed["runs"]),
        task_of=task_of,
    )
