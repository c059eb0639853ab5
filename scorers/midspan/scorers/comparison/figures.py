"""Figures of cells: what the runs of one task in one variant add up to, a row per cell and score.

A figure is either a mean over runs, or a ratio of sums (`total` / `out_of`) that stays one over
many cells: tokens per success, or shares of events that a single run has few of.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from midspan.scorers.comparison.declared import PER_SUCCESS, POOLED
from midspan.scorers.comparison.runs import CELL, OF_RUN, RUN, SOURCE_CELL, run_values
from midspan.scorers.statistics import pass_at_k, pass_hat_k

MOST_TRIALS: Final = 32
"""Pass@k and pass^k are given up to this k: more columns than anybody reads."""

FIGURES: Final = pl.Schema(
    {
        "cell": pl.UInt32,
        "name": pl.String,
        "value": pl.Float64,  # ? of a ratio with nothing in its denominator
        "total": pl.Float64,  # ? a mean
        "out_of": pl.Float64,  # ? a mean
        "runs": pl.UInt32,
    }
)


def cells_of(facts: pl.DataFrame) -> pl.DataFrame:
    """Return a row per cell: how many runs it has, and how many of them count and succeed."""
    return (
        facts.group_by(SOURCE_CELL)
        .agg(
            runs=pl.len(),
            meant=pl.col("meant").sum(),
            counted=pl.col("counted").sum(),
            evaluated=pl.col("evaluated").sum(),
            successes=pl.col("success").filter("counted").sum(),
            checked=pl.col("checked").first(),
            rated=pl.col("rated").first(),
            set=pl.col("set").drop_nulls().first(),
        )
        .sort(SOURCE_CELL, nulls_last=True)
        .with_row_index("cell")
    )


def figures(facts: pl.DataFrame, cells: pl.DataFrame, scores: pl.LazyFrame) -> pl.DataFrame:
    """Return a row per cell and figure; `cells` are those of `cells_of`, numbered."""
    numbered = facts.join(cells.select("cell", *SOURCE_CELL), on=SOURCE_CELL, nulls_equal=True)
    of_run = numbered.lazy().filter("counted").select(*RUN, "cell", "success", "rated")
    frames = [
        _means(of_run, facts, scores),
        _rates(numbered),
        *_reliability(cells),
        _per_success(of_run, cells, scores),
        _step_ratio(numbered),
    ]
    return pl.concat([frame.select(FIGURES.names()).cast(FIGURES) for frame in frames])


def _means(of_run: pl.LazyFrame, facts: pl.DataFrame, scores: pl.LazyFrame) -> pl.DataFrame:
    """Return the scores of runs: their mean, or their events counted together."""
    values = run_values(facts.lazy(), scores.filter(~pl.col("name").is_in(["success", "outcome"])))
    pooled = pl.col("name").is_in(list(POOLED)) & pl.col("total").is_not_null()
    return (
        values.drop(CELL)
        .join(of_run.select(*RUN, "cell"), on=RUN)
        .group_by("cell", "name")
        .agg(
            pl.col("value").mean(),
            total=pl.when(pl.col("numerator").is_not_null().all()).then(pl.col("numerator").sum()),
            out_of=pl.col("n").sum().cast(pl.Float64),
            runs=pl.len(),
        )
        .with_columns(
            value=pl.when(pooled).then(_ratio()).otherwise("value"),
            total=pl.when(pooled).then("total"),
            out_of=pl.when(pooled).then("out_of"),
        )
        .collect()
    )


def _rates(numbered: pl.DataFrame) -> pl.DataFrame:
    """Return success, errors and infra as shares of the runs that each is out of."""
    shares = {
        "success": ("success", pl.col("counted") & pl.col("rated")),
        "error_rate": ("error", pl.col("counted")),
        "infra_rate": ("infra", pl.col("meant")),
    }
    return pl.concat(
        numbered.filter(among)
        .group_by("cell")
        .agg(name=pl.lit(name), value=pl.col(column).mean(), runs=pl.len())
        .with_columns(_no_number("total"), _no_number("out_of"))
        .select(FIGURES.names())
        for name, (column, among) in shares.items()
    )


def _reliability(cells: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield pass@k and pass^k for every k up to the most trials; with fewer trials it is null."""
    rated = cells.filter(pl.col("rated") & (pl.col("counted") > 0))
    trials, successes = rated["counted"].to_numpy(), rated["successes"].to_numpy()
    for k in range(1, min(MOST_TRIALS, int(max(trials, default=0))) + 1):
        for name, of in (("pass_at", pass_at_k), ("pass_hat", pass_hat_k)):
            chances = of(trials, successes, k)
            yield rated.select(
                "cell",
                name=pl.lit(f"{name}_{k}"),
                value=pl.Series(chances),
                total=pl.lit(None, pl.Float64),
                out_of=pl.lit(None, pl.Float64),
                runs="counted",
            ).filter(pl.Series(~np.isnan(chances)))


def _per_success(of_run: pl.LazyFrame, cells: pl.DataFrame, scores: pl.LazyFrame) -> pl.DataFrame:
    """Return what all runs took, by success. A run without a row took none of it.

    Where the record of a run does not tell what it took, the total is not known.
    """
    asked = dict(PER_SUCCESS.values())
    spent = pl.when(pl.col("name").replace_strict(asked) == "value").then("value")
    totals = (
        scores.filter(OF_RUN & pl.col("name").is_in(list(asked)))
        .select(*RUN, "name", "status", spent=spent.otherwise("numerator"))
        .join(of_run.filter("rated"), on=RUN)
        .group_by("cell", "name")
        .agg(
            total=pl.col("spent").filter(pl.col("status") == "ok").sum(),
            known=((pl.col("status") == "ok") & pl.col("spent").is_finite()).all(),
        )
        .collect()
    )
    # Every cell that has a rate of success, if the score was computed at all.
    per_name = pl.DataFrame(
        {"figure": list(PER_SUCCESS), "name": [score for score, _ in PER_SUCCESS.values()]}
    ).filter(pl.col("name").is_in(totals["name"].implode()))
    every = cells.filter(pl.col("rated") & (pl.col("counted") > 0)).join(per_name, how="cross")
    return (
        every.join(totals, on=("cell", "name"), how="left")
        .filter(pl.col("known").fill_null(True))
        .select(
            "cell",
            name="figure",
            total=pl.col("total").fill_null(0.0),
            out_of=pl.col("successes").cast(pl.Float64),
            runs="counted",
        )
        .with_columns(value=_ratio())
    )


def _step_ratio(numbered: pl.DataFrame) -> pl.DataFrame:
    """Return turns of successes beside the fewest that any success at the task took."""
    won = numbered.filter(pl.col("counted") & pl.col("success") & (pl.col("turns") > 0))
    at_task = ("experiment", "task")
    return (
        won.with_columns(fewest=pl.col("turns").min().over(at_task), wins=pl.len().over(at_task))
        .filter(pl.col("wins") >= 2)
        .group_by("cell")
        .agg(
            name=pl.lit("step_ratio"),
            value=pl.col("turns").mean() / pl.col("fewest").first(),
            runs=pl.len(),
        )
        .with_columns(_no_number("total"), _no_number("out_of"))
    )


def _ratio() -> pl.Expr:
    return pl.when(pl.col("out_of") > 0).then(pl.col("total") / pl.col("out_of"))


def _no_number(name: str) -> pl.Expr:
    return pl.lit(None, pl.Float64).alias(name)
