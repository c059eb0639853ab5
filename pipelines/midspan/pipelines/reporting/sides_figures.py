"""What each side of a pivot comes to, by the estimates that a comparison is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from midspan.scorers.comparison import Figure, Ground, Sides
from midspan.scorers.comparison.declared import MEDIANS, declared
from midspan.scorers.comparison.estimates import figure, with_median
from midspan.scorers.comparison.grid import Grid, Truths, grids
from midspan.scorers.comparison.runs import RUN, SOURCE_CELL, run_values
from midspan.scorers.score import Declaration


@dataclass(frozen=True, kw_only=True)
class SideFigures:
    """The figures of the sides of a pivot, score by score."""

    sides: Sides
    by_score: Mapping[str, Grid]
    known: Mapping[str, Declaration]
    medians: Mapping[str, pl.DataFrame]
    """The values of runs by score, with `side`, `unit` and `task`."""
    unevaluated: Mapping[tuple[str, int], int]
    """By score and side: runs that could not be evaluated."""

    @classmethod
    def of(
        cls,
        ground: Ground,
        of_cells: pl.DataFrame,
        sides: Sides,
        known: Mapping[str, Declaration],
    ) -> "SideFigures":
        """Return the figures of some sides; `of_cells` are those of every cell of the ground."""
        numbered = ground.facts.lazy().join(
            ground.cells.lazy().select("cell", *SOURCE_CELL), on=SOURCE_CELL, nulls_equal=True
        )
        placed = numbered.join(sides.cells.lazy().drop("task"), on="cell")
        return cls(
            sides=sides,
            by_score=grids(of_cells, sides),
            known=known,
            medians=_values(ground, numbered, sides),
            unevaluated=_unevaluated(ground, placed),
        )

    def plain(self, name: str) -> tuple[Figure, ...]:
        """Return what each side comes to."""
        return self._figures(name, None)

    def shared(self, name: str) -> tuple[Figure, ...]:
        """Return what each side comes to where all of them have a value."""
        there = self._present(name)
        return self._figures(name, np.all(there, axis=0))

    def is_shared(self, name: str) -> bool:
        """Return whether all sides have a value wherever one of them has."""
        there = self._present(name)
        return bool(np.all(there == there[0]))

    def _present(self, name: str) -> Truths:
        grid = self.by_score[name]
        return np.array([grid.present(side) for side in range(len(self.sides.labels))])

    def _figures(self, name: str, units: Truths | None) -> tuple[Figure, ...]:
        grid, what = self.by_score[name], declared(name, self.known)
        values = self.medians.get(name)
        found = []
        for side, label in enumerate(self.sides.labels):
            one = figure(grid, side, label, what, units)
            if values is not None and one.estimate is not None:
                among = pl.lit(True) if units is None else pl.col("unit").is_in(_places(units))
                one = with_median(one, values.filter((pl.col("side") == side) & among))
            found.append(replace(one, unevaluated=self.unevaluated.get((name, side), 0)))
        return tuple(found)


def _places(units: Truths) -> Sequence[int]:
    return [int(place) for place in np.flatnonzero(units)]


def _values(ground: Ground, numbered: pl.LazyFrame, sides: Sides) -> Mapping[str, pl.DataFrame]:
    wanted = ground.scores.filter(pl.col("name").is_in(list(MEDIANS)))
    found = (
        run_values(ground.facts.lazy(), wanted)
        .select(*RUN, "name", "value")
        .join(numbered.select(*RUN, "cell"), on=RUN)
        .join(sides.cells.lazy(), on="cell")
        .collect()
    )
    return {str(name): rows for (name,), rows in found.partition_by("name", as_dict=True).items()}


def _unevaluated(ground: Ground, placed: pl.LazyFrame) -> Mapping[tuple[str, int], int]:
    of_runs = ground.scores.filter(
        pl.col("span_id").is_null() & pl.col("call").is_null() & (pl.col("status") != "ok")
    )
    found = (
        of_runs.select(*RUN, "name")
        .unique()
        .join(placed.filter("counted").select(*RUN, "side"), on=RUN)
        .group_by("name", "side")
        .agg(pl.len())
        .collect()
    )
    return {(name, side): runs for name, side, runs in found.iter_rows()}
