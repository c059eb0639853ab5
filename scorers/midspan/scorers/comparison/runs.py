"""Which runs count, for what: the ground on which every figure of a cell stands."""

from typing import Final

import polars as pl

from midspan.scorers.outcomes import FAILED_OUTCOMES

AXES: Final = ("model", "revision", "tier", "harness")
"""What makes a variant."""

CELL: Final = ("experiment", "task", *AXES)

SOURCE: Final = "workspace"
"""Which of the workspaces a row is of, from 0."""

RUN: Final = (SOURCE, "run_id")
SOURCE_CELL: Final = (SOURCE, *CELL)

OF_RUN: Final = pl.col("span_id").is_null() & pl.col("call").is_null()
"""Of score rows: those of a run, and not of a step of it."""


def told_outcomes(runs: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return runs with their outcome as scored, else as their record tells: column `outcome`."""
    scored = (
        scores.filter(OF_RUN & (pl.col("name") == "outcome"))
        .group_by("run_id")
        .agg(scored_outcome=pl.col("label").drop_nulls().first())
    )
    return (
        runs.join(scored, on="run_id", how="left")
        .with_columns(outcome=pl.coalesce("scored_outcome", pl.col("outcome").cast(pl.String)))
        .drop("scored_outcome")
    )


def run_facts(runs: pl.LazyFrame) -> pl.LazyFrame:
    """Return for each run what it counts for; `runs` has the columns `outcome` and `workspace`.

    `meant` are the planned runs (all, where none of the cell is), `counted` those of them that the
    infrastructure did not fail, `evaluated` those of which the outcome is known as far as the task
    has checks. `rated` are the runs of checked tasks that have a rate of success: of a cell without
    a record, of which nobody could judge a single run, there is none, and not one of 0.
    """
    outcome = pl.col("outcome").cast(pl.String)
    has_checks = (pl.col("checks").list.len() > 0).fill_null(False)
    # Of checks that scoring judged nobody says of which kind they are.
    kind = pl.element().struct.field("kind")
    recorded = pl.col("checks").list.eval(kind.is_not_null()).list.any().fill_null(False)
    return (
        runs.with_columns(
            outcome=outcome,
            meant=pl.col("planned") | ~pl.col("planned").any().over(SOURCE_CELL),
            # A run that ended before its checks were recorded is still one of a checked task.
            checked=has_checks.any().over("experiment", "task"),
        )
        .with_columns(
            infra=pl.col("meant") & (outcome == "infra"),
            counted=pl.col("meant") & (outcome != "infra"),
            success=outcome == "success",
            error=outcome.is_in(FAILED_OUTCOMES),
        )
        .with_columns(evaluated=pl.col("counted") & ~(pl.col("checked") & (outcome == "unscored")))
        .with_columns(
            rated=pl.col("checked") & (pl.col("evaluated") | recorded).any().over(SOURCE_CELL)
        )
        .select(
            *SOURCE_CELL,
            *("run_id", "set", "trial", "turns", "outcome", "meant", "checked", "infra"),
            *("counted", "success", "error", "evaluated", "rated"),
            traced=pl.col("trace_ids").list.len() > 0,
        )
    )


def run_values(facts: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return the values of runs that count: a row per run and score, with the run's cell.

    A value that is no number is none; where two scorers give the same score their mean is taken
    as each row is a value of its own.
    """
    of_runs = scores.filter(
        OF_RUN & (pl.col("status") == "ok") & pl.col("value").is_finite()
    ).select(*RUN, "name", "value", "numerator", "n")
    return of_runs.join(facts.filter("counted").select(*RUN, *CELL), on=RUN)
