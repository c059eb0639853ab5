"""The regression set: tasks that must keep working, all of k trials in a row."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from midspan.scorers.comparison.sides import Sides
from midspan.scorers.statistics import pass_hat_k

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """pass^k over the tasks of the set, read in two ways where the platform lost runs."""

    k: int
    tasks: int
    without_lost: float | None
    """Tasks with too few trials left out; None where none is left."""
    lost_as_failures: float | None
    """Runs that the platform lost taken for failures; None where a task was not tried k times."""
    short: int = 0
    """Tasks with fewer than k trials that count."""

    def judged(self, at_least: float) -> tuple[str, float | None, str]:
        """Return passed, failed or not evaluated, with the figure and the reason."""
        if not self.tasks:
            return "not evaluated", None, "no task of the regression set was run"
        if self.without_lost is not None and self.without_lost < at_least:
            return "failed", self.without_lost, self._told()
        if self.without_lost is None or self.lost_as_failures is None:
            reason = f"{self.short} of {self.tasks} tasks have fewer than {self.k} trials"
            return "not evaluated", self.without_lost, reason
        if self.lost_as_failures < at_least:
            return "not evaluated", self.without_lost, self._told()
        return "passed", self.without_lost, self._told()

    def _told(self) -> str:
        if not self.short or self.lost_as_failures is None:
            return f"{self.tasks} tasks"
        return (
            f"{self.short} of {self.tasks} tasks left out for runs that the platform lost; "
            f"with those taken for failures {100 * self.lost_as_failures:.0f} %"
        )


def regression_readings(cells: pl.DataFrame, sides: Sides, k: int) -> dict[str, Reading]:
    """Return the reading of each side, by its label."""
    placed = cells.drop("task").join(sides.cells, on="cell")
    of_set = placed.filter((pl.col("set") == "regression").fill_null(False) & pl.col("checked"))
    return {label: _reading(of_set.filter(side=side), k) for side, label in enumerate(sides.labels)}


def _reading(cells: pl.DataFrame, k: int) -> Reading:
    successes = cells["successes"].to_numpy()
    task_of = cells["task"].to_numpy()
    counted = pass_hat_k(cells["counted"].to_numpy(), successes, k)
    planned = pass_hat_k(cells["meant"].to_numpy(), successes, k)
    short = np.isnan(counted)
    return Reading(
        k=k,
        tasks=len(np.unique(task_of)),
        without_lost=_over_tasks(counted[~short], task_of[~short]),
        lost_as_failures=None if np.any(np.isnan(planned)) else _over_tasks(planned, task_of),
        short=len(np.unique(task_of[short])),
    )


def _over_tasks(chances: Numbers, task_of: NDArray[np.int32]) -> float | None:
    if not len(chances):
        return None
    _, place = np.unique(task_of, return_inverse=True)
    return float(np.mean(np.bincount(place, weights=chances) / np.bincount(place)))
