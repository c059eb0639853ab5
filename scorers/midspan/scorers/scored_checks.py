"""What scoring found of checks that no result record has, for whoever adds runs up."""

from typing import Final

import polars as pl

from midspan.scorers.tables import CHECK

_PREFIX: Final = "check."


def with_scored_checks(runs: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return runs with the `checks` that their scores tell of, where none were recorded.

    So a task has checks also where none of its runs left a record, and a run that nobody could
    judge is not taken for evaluated. Scores do not say of which kind a check is: `kind` is null.
    """
    of_run = pl.col("span_id").is_null() & pl.col("call").is_null()
    name, value = pl.col("name"), pl.col("value")
    is_check = name.str.starts_with(_PREFIX)
    check = pl.struct(
        id=name.str.strip_prefix(_PREFIX),
        kind=pl.lit(None, pl.String),
        passed=value == 1,
        detail=pl.coalesce("explanation", "reason"),
    ).cast(CHECK)
    told = (
        scores.filter(of_run & (pl.col("source").cast(pl.String) == "code") & is_check)
        .sort("run_id", "name")
        .group_by("run_id", maintain_order=True)
        .agg(scored_checks=check)
    )
    recorded = pl.when(pl.col("checks").list.len() > 0).then("checks")
    return (
        runs.join(told, on="run_id", how="left", maintain_order="left")
        .with_columns(checks=pl.coalesce(recorded, "scored_checks", "checks"))
        .drop("scored_checks")
    )
