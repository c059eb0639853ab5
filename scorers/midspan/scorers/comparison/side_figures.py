"""What each side comes to, score by score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from midspan.scorers.comparison.declared import MEDIANS, declared
from midspan.scorers.comparison.estimates import figure, with_median
from midspan.scorers.comparison.grid import Grid, Truths, grids
from midspan.scorers.comparison.ground import Ground
from midspan.scorers.comparison.result import Figure
from midspan.scorers.comparison.runs import OF_RUN, RUN, SOURCE_CELL, run_values
from midspan.scorers.comparison.sides import Sides
from midspan.scorers.score import Declaration


@dataclass(frozen=True, kw_only=True)
class SideFigures:
    """The figures of some sides."""

    sides: Sides
    by_score: Mapping[str, Grid]
    known: Mapping[str, Declaration]
    placed: pl.DataFrame
    """The facts of runs with their `side`."""
    medians: Mapping[str, pl.DataFrame]
    """The values of runs by score, with `side`, `unit` and `task`."""
    unevaluated: Mapping[tuple[str, int], int]
    """By score and side: runs that could not be evaluated."""
    _known_figures: dict[str, tuple[Figure, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ground: Ground, sides: Sides, known: Mapping[str, Declaration]) -> "SideFigures":
        """Return the figures of some sides."""
        cells = ground.cells.select("cell", *SOURCE_CELL).join(
            sides.cells.rename({"task": "task_number"}), on="cell"
        )
        placed = ground.facts.join(cells, on=SOURCE_CELL, nulls_equal=True)
        return cls(
            sides=sides,
            by_score=grids(ground.figures, sides),
            known=known,
            placed=placed,
            medians=_values(ground, placed),
            unevaluated=_unevaluated(ground, placed),
        )

    def in_order_of(self, sides: Sides) -> "SideFigures":
        """Return the same for the same sides in another order: against another baseline."""
        order = [self.sides.labels.index(label) for label in sides.labels]
        places = pl.col("side").replace_strict(order, range(len(order)), return_dtype=pl.Int32)
        return SideFigures(
            sides=sides,
            by_score={name: grid.in_order(order) for name, grid in self.by_score.items()},
            known=self.known,
            placed=self.placed.with_columns(places),
            medians={name: rows.with_columns(places) for name, rows in self.medians.items()},
            unevaluated={
                (name, order.index(side)): runs for (name, side), runs in self.unevaluated.items()
            },
            _known_figures={
                name: tuple(figures[side] for side in order)
                for name, figures in self._known_figures.items()
            },
        )

    @property
    def unjudged(self) -> tuple[int, ...]:
        """Return how many runs of each side count, and have no outcome that says how they did."""
        without = self.placed.filter(pl.col("counted") & (pl.col("outcome") == "unscored"))
        counts = dict(without.group_by("side").len().iter_rows())
        return tuple(counts.get(side, 0) for side in range(len(self.sides.labels)))

    @cached_property
    def _taken_for_failures(self) -> Mapping[int, int]:
        """Return by side the runs that have a rate of success, and that nobody could judge."""
        unknown = self.placed.filter(pl.col("counted") & pl.col("rated") & ~pl.col("evaluated"))
        return dict(unknown.group_by("side").len().iter_rows())

    def grid(self, name: str) -> Grid:
        """Return the grid of a score; an empty one where no run has it."""
        return self.by_score.get(name) or _empty(self.sides)

    def plain(self, name: str) -> tuple[Figure, ...]:
        """Return what each side comes to."""
        if name not in self._known_figures:
            self._known_figures[name] = self._figures(name, None)
        return self._known_figures[name]

    def shared(self, name: str) -> tuple[Figure, ...]:
        """Return what each side comes to where all of them have a value."""
        return self._figures(name, np.all(self._present(name), axis=0))

    def is_shared(self, name: str) -> bool:
        """Return whether all sides have a value wherever one of them has."""
        there = self._present(name)
        return bool(np.all(there == there[0]))

    def _present(self, name: str) -> Truths:
        grid = self.grid(name)
        return np.array([grid.present(side) for side in range(len(self.sides.labels))])

    def _figures(self, name: str, units: Truths | None) -> tuple[Figure, ...]:
        grid, what = self.grid(name), declared(name, self.known)
        values = self.medians.get(name)
        found = []
        for side, label in enumerate(self.sides.labels):
            one = figure(grid, side, label, what, units)
            if values is not None and one.estimate is not None:
                among = pl.lit(True) if units is None else pl.col("unit").is_in(_places(units))
                one = with_median(one, values.filter((pl.col("side") == side) & among))
            found.append(
                replace(
                    one,
                    unevaluated=self.unevaluated.get((name, side), 0),
                    unjudged=self._taken_for_failures.get(side, 0) if name == "success" else 0,
                )
            )
        return tuple(found)


def _places(units: Truths) -> Sequence[int]:
    return [int(place) for place in np.flatnonzero(units)]


def _empty(sides: Sides) -> Grid:
    shape = (sides.cells["unit"].n_unique(), len(sides.labels))
    nothing = np.full(shape, np.nan)
    task_of = np.zeros(shape[0], dtype=np.int64)
    return Grid(value=nothing, total=nothing, out_of=nothing, runs=nothing, task_of=task_of)


def _values(ground: Ground, placed: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    wanted = ground.scores.filter(pl.col("name").is_in(list(MEDIANS)))
    at = placed.lazy().select(*RUN, "side", "unit", task="task_number")
    found = (
        run_values(ground.facts.lazy(), wanted)
        .select(*RUN, "name", "value")
        .join(at, on=RUN)
        .collect()
    )
    return {str(name): rows for (name,), rows in found.partition_by("name", as_dict=True).items()}


def _unevaluated(ground: Ground, placed: pl.DataFrame) -> Mapping[tuple[str, int], int]:
    counted = placed.lazy().filter("counted").select(*RUN, "side")
    found = (
        ground.scores.filter(OF_RUN & (pl.col("status") != "ok"))
        .select(*RUN, "name")
        .unique()
        .join(counted, on=RUN)
        .group_by("name", "side")
        .agg(pl.len())
        .collect()
    )
    return {(name, side): runs for name, side, runs in found.iter_rows()}
