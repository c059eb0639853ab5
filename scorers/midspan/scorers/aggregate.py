"""Cells and variants: what the runs of one task, or of one variant over all tasks, add up to.

A variant is model x revision x tier x harness. Its figure is the mean over tasks of the mean over
trials, so that a task with more runs weighs no more than another; what is counted per success, or
pooled, is a ratio of sums. Planned runs stay in the denominator unless the infrastructure failed; a
task without checks has no success rate.
"""

import re
from typing import Final

import polars as pl

from midspan.scorers.comparison.declared import ALIASES, PER_SUCCESS
from midspan.scorers.comparison.figures import cells_of, figures
from midspan.scorers.comparison.runs import AXES, CELL, SOURCE, run_facts

__all__ = ["CELL", "VARIANT", "cells", "variants"]

VARIANT: Final = ("experiment", *AXES)
"""What is compared: variants of one experiment only."""

_COUNTS: Final = ("runs", "counted", "successes")
_RATES: Final = ("success_rate", "error_rate", "infra_rate")
_RELIABILITY: Final = re.compile(r"(pass_at|pass_hat)_(\d+)")


def cells(runs: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row per task x variant; `runs` has the column `outcome`.

    `runs` counts all of the cell, `counted` those that success and error rates are out of: the
    planned ones (all, where none is) less those that the infrastructure failed.
    """
    counts, of_cells = _figures(runs, scores)
    return _beside(counts.select("cell", *CELL, *_COUNTS), of_cells, CELL).lazy()


def variants(runs: pl.LazyFrame, scores: pl.LazyFrame) -> pl.DataFrame:
    """Return a row per variant, over all of its tasks."""
    counts, of_cells = _figures(runs, scores)
    numbered = counts.join(
        counts.select(VARIANT).unique().sort(VARIANT, nulls_last=True).with_row_index("variant"),
        on=VARIANT,
        nulls_equal=True,
    )
    per_variant = (
        numbered.group_by("variant", *VARIANT)
        .agg(pl.len().alias("tasks"), pl.col(_COUNTS).sum())
        .rename({"variant": "cell"})
    )
    over_tasks = (
        of_cells.join(numbered.select("cell", "variant"), on="cell")
        .group_by("variant", "name")
        .agg(pl.col("value").mean(), pl.col("total", "out_of").sum(), ratio=_is_ratio())
        .select(
            "name",
            cell="variant",
            value=pl.when("ratio")
            .then(pl.when(pl.col("out_of") > 0).then(pl.col("total") / pl.col("out_of")))
            .otherwise("value"),
        )
    )
    return _beside(per_variant, over_tasks, VARIANT)


def _figures(runs: pl.LazyFrame, scores: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells, numbered, and their figures by the number of the cell."""
    here = pl.lit(0, pl.Int8).alias(SOURCE)
    facts = run_facts(runs.with_columns(here)).collect()
    counts = cells_of(facts)
    return counts, figures(facts, counts, scores.with_columns(here))


def _beside(counts: pl.DataFrame, found: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows with a column per figure: rates first, then what is made of them, scores."""
    names = {score: figure for figure, score in ALIASES.items()}
    wide = found.with_columns(pl.col("name").replace(names)).pivot(
        on="name", index="cell", values="value"
    )
    joined = counts.join(wide, on="cell", how="left").drop("cell")
    missing = [pl.lit(None, pl.Float64).alias(each) for each in _RATES if each not in wide.columns]
    given = [name for name in wide.columns if name != "cell" and name not in _RATES]
    shown = [name for name in joined.columns if name not in wide.columns]
    return (
        joined.with_columns(missing)
        .select(*shown, *_RATES, *sorted(given, key=_place))
        .sort(key, nulls_last=True)
    )


def _place(name: str) -> tuple[int, str, int]:
    if found := _RELIABILITY.fullmatch(name):
        return 0, found[1], int(found[2])
    return (1 if name in PER_SUCCESS or name == "step_ratio" else 2), name, 0


def _is_ratio() -> pl.Expr:
    return pl.col("total").is_not_null().any()
