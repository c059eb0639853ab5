"""Rows of the score `episode`, the recovery rate, and the longest row of failures."""

from typing import Final

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.episodes import OTHER_TOOL, RECOVERED, SAME_TOOL, detailed_episodes
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.wording import told, told_failures
from midspan.scorers.tables import Tables

_ENDINGS: Final = {
    "abandoned": "the run ended without it",
    "exhausted": "the run was cut short by its budget, time or length",
    "crashed": "the run broke off",
}


@once_per_tables
def _episode_rows(tables: Tables) -> pl.DataFrame:
    calls = failing_runs(tables)
    found = detailed_episodes(tables)
    end = found.select(pl.coalesce("closing_row", "ending_row")).to_series()
    return (
        found.with_columns(
            calls["span_id"].gather(found["row"]),
            calls["span_id"].gather(end).alias("end_span"),
            calls["call"].gather(end).alias("end"),
            calls["tool"].gather(end).alias("other"),
        )
        .join(told_failures(tables), on="row", maintain_order="left")
        .lazy()
        .with_columns(other=told(pl.col("other")))
        .select(
            *("run_id", "span_id", "call", "label"),
            name=pl.lit("episode"),
            value=pl.col("label").is_in(RECOVERED).cast(pl.Float64),
            explanation=_explanation(),
            evidence=pl.concat_list("span_id", "end_span")
            .list.drop_nulls()
            .list.unique(maintain_order=True),
        )
        .collect()
    )


def episode_rows(tables: Tables) -> pl.LazyFrame:
    """Return a row for each episode, on the call that opened it."""
    return _episode_rows(tables).lazy()


def rate_rows(tables: Tables) -> pl.LazyFrame:
    """Return `recovery_rate` of each run with an episode."""
    recovered = pl.col("value") == 1
    return (
        episode_rows(tables)
        .sort("run_id", "call")
        .group_by("run_id", maintain_order=True)
        .agg(
            numerator=pl.col("value").sum(),
            n=pl.len().cast(pl.Int64),
            evidence=pl.col("span_id").filter(~recovered).unique(maintain_order=True),
            others=pl.col("label").filter(~recovered).unique().sort().str.join(", "),
        )
        .select(
            *("run_id", "numerator", "n", "evidence"),
            name=pl.lit("recovery_rate"),
            value=pl.col("numerator") / pl.col("n"),
            explanation=pl.format(
                "{} of {} failures were made up for{}",
                pl.col("numerator").cast(pl.Int64),
                "n",
                pl.when(pl.col("others") != "")
                .then(pl.format(" (the others: {})", "others"))
                .otherwise(pl.lit("")),
            ),
        )
    )


def streak_rows(tables: Tables) -> pl.LazyFrame:
    """Return `longest_error_streak` of each run with a failed attempt; agents are apart.

    Thoughts that did not fail stand in no row.
    """
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in ("run_id", "agent")]
    rows = (
        failing_runs(tables)
        .lazy()
        .filter("attempt", pl.col("failed") | ~pl.col("neutral"))
        .sort("run_id", "agent", "call")
        .with_columns(
            row=(~(same[0] & same[1] & (pl.col("failed") == pl.col("failed").shift(1))))
            .fill_null(True)
            .cum_sum()
        )
        .filter("failed")
        .group_by("run_id", "row")
        .agg(
            length=pl.len(),
            spans=pl.col("span_id").sort_by("call").unique(maintain_order=True),
            first=pl.col("call").min(),
        )
        .sort("run_id", "length", "first", descending=[False, True, False])
        .group_by("run_id", maintain_order=True)
        .first()
    )
    return rows.select(
        "run_id",
        name=pl.lit("longest_error_streak"),
        value=pl.col("length").cast(pl.Float64),
        explanation=pl.when(pl.col("length") == 1)
        .then(pl.lit("no two attempts in a row failed"))
        .otherwise(pl.format("{} attempts in a row failed, from call {} on", "length", "first")),
        evidence="spans",
    )


def _explanation() -> pl.Expr:
    label = pl.col("label")
    failed = pl.format("{} failed with {}", "what", "why")
    attempts = (
        pl.when(pl.col("attempts") == 1)
        .then(pl.lit(""))
        .otherwise(pl.format(" after {} attempts", "attempts"))
    )
    tries = (
        pl.when(pl.col("attempts") == 2)
        .then(pl.lit("at the second attempt"))
        .otherwise(pl.format("at attempt no. {}", "attempts"))
    )
    return (
        pl.when(label == SAME_TOOL)
        .then(pl.format("{}; recovered with {} (call {}), {}", failed, "other", "end", tries))
        .when(label == OTHER_TOOL)
        .then(pl.format("{}; recovered with another tool, {} (call {})", failed, "other", "end"))
        .when(label == "handed_off")
        .then(pl.format("{}; handed over with {}{}", failed, "other", attempts))
        .when(label == "moved_on")
        .then(
            pl.format(
                "{}; not made up for{}, and the agent moved on with {} (call {})",
                *(failed, attempts, "other", "end"),
            )
        )
        .otherwise(
            pl.format(
                "{}; not made up for{}: {}",
                failed,
                attempts,
                label.replace_strict(_ENDINGS, default=""),
            )
        )
    )
