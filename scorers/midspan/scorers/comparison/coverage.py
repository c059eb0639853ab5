"""How much of what was planned was evaluated: by side, and by task and side."""

import polars as pl

from midspan.scorers.comparison.result import SideCoverage, TaskCoverage
from midspan.scorers.comparison.runs import RUN
from midspan.scorers.comparison.sides import Sides


def side_coverage(
    sides: Sides, placed: pl.DataFrame, scored: pl.LazyFrame
) -> tuple[SideCoverage, ...]:
    """Return the coverage of each side; `placed` are run facts with their `side`.

    `scored` are the scores: of a run that left a trace some scorer has said something, if it was
    scored at all.
    """
    known = scored.select(*RUN).unique().with_columns(judged=pl.lit(True)).collect()
    per_side = (
        placed.filter("meant")
        .join(known, on=RUN, how="left")
        .group_by("side")
        .agg(
            planned=pl.len(),
            evaluated=pl.col("evaluated").sum(),
            infra=pl.col("infra").sum(),
            unscored=(pl.col("counted") & pl.col("traced") & pl.col("judged").is_null()).sum(),
        )
    )
    rows = {row["side"]: row for row in per_side.iter_rows(named=True)}
    nothing = {"planned": 0, "evaluated": 0, "infra": 0, "unscored": 0}
    return tuple(
        SideCoverage(side=label, **{name: rows.get(place, nothing)[name] for name in nothing})
        for place, label in enumerate(sides.labels)
    )


def coverage_matrix(sides: Sides, cells: pl.DataFrame) -> tuple[TaskCoverage, ...]:
    """Return for each task how many runs of each side were evaluated and planned."""
    found = (
        cells.drop("task")
        .join(sides.cells, on="cell")
        .group_by("task", "side")
        .agg(pl.col("evaluated", "meant").sum())
    )
    done = {(task, side): (evaluated, meant) for task, side, evaluated, meant in found.iter_rows()}
    return tuple(
        TaskCoverage(
            task=name,
            done=tuple(done.get((task, side), (0, 0)) for side in range(len(sides.labels))),
        )
        for task, name in enumerate(sides.tasks)
    )
