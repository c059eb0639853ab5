"""The sides that a report shows figures of: the values of axes, variants, all runs together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from midspan.scorers.comparison import BY, Ground, Sides, one_workspace
from midspan.scorers.comparison.runs import AXES
from midspan.scorers.comparison.sides import ALL_RUNS, NONE


@dataclass(frozen=True, kw_only=True)
class Pivots:
    """The sides by pivot; of axes those with two values or more."""

    cells: pl.DataFrame
    order: Mapping[str, Sequence[str]]
    """The values of each axis as they were planned."""
    sides: Mapping[str, Sides]

    @classmethod
    def of(cls, ground: Ground, order: Mapping[str, Sequence[str]]) -> "Pivots":
        """Return the pivots of some runs; none where no run has a task."""
        cells = ground.cells.filter(pl.col("task").is_not_null())
        if cells.is_empty():
            return cls(cells=cells, order=order, sides={})
        sides = {"all": _alike(cells, pl.lit(ALL_RUNS), [ALL_RUNS], ["task", *AXES])}
        # By the runs without a task, too: the document names variants by all of them.
        telling = [axis for axis in AXES if ground.cells[axis].n_unique() > 1]
        label = pl.concat_str(
            [pl.col(axis).fill_null(NONE) for axis in telling] or [pl.lit(ALL_RUNS)],
            separator=" · ",
        )
        ordered = _ordered(cells.with_columns(label=label), telling, order)
        sides["variant"] = _alike(cells, label, ordered, ["task"])
        for axis in BY:
            if cells[axis].n_unique() > 1:
                of_axis = order.get(axis, ())
                sides[axis] = one_workspace(cells, axis, baseline=None, order=of_axis)
        return cls(cells=cells, order=order, sides=sides)

    def against(self, axis: str, baseline: str) -> Sides:
        """Return the values of an axis against one of them."""
        return one_workspace(self.cells, axis, baseline=baseline, order=self.order.get(axis, ()))


def _ordered(
    labelled: pl.DataFrame, axes: Sequence[str], order: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the labels in the order of the axes' values."""

    def place(axis: str) -> pl.Expr:
        planned = list(order.get(axis, ()))
        return pl.col(axis).replace_strict(
            planned, list(range(len(planned))), default=len(planned), return_dtype=pl.Int32
        )

    keys = [key for axis in axes for key in (place(axis), pl.col(axis).fill_null(NONE))]
    rows = labelled.sort(keys) if keys else labelled
    return rows["label"].unique(maintain_order=True).to_list()


def _alike(cells: pl.DataFrame, label: pl.Expr, labels: Sequence[str], key: Sequence[str]) -> Sides:
    """Return sides that are held against nothing; cells that are alike in `key` belong together."""
    tasks = sorted(set(cells["task"]))
    side_of = {name: place for place, name in enumerate(labels)}
    task_of = {name: place for place, name in enumerate(tasks)}
    units = cells.select(key).unique().sort(key, nulls_last=True).with_row_index("unit")
    placed = cells.with_columns(label=label).join(units, on=key, nulls_equal=True)
    return Sides(
        labels=tuple(labels),
        contrasts=(),
        cells=placed.select(
            "cell",
            "unit",
            side=pl.col("label").replace_strict(side_of, return_dtype=pl.Int32),
            task=pl.col("task").replace_strict(task_of, return_dtype=pl.Int32),
        ),
        tasks=tuple(tasks),
    )
