"""Tokens of turns in which the agent did nothing but repeat what had failed."""

import polars as pl

from midspan.scorers.model_requests import came_to_nothing, model_turns
from midspan.scorers.recovery.response_rows import UNKNOWN
from midspan.scorers.retry_budget.retries import degenerate_calls
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables


def wasted_token_rows(runs: pl.LazyFrame, tables: Tables) -> list[pl.LazyFrame]:
    """Return two rows for each of the runs: the tokens, and their share of all of the run's."""
    tokens = _turn_tokens(tables)
    wasted = _wasted_turns(tables).join(
        tokens, on=["run_id", "turn"], how="left", maintain_order="left"
    )
    of_runs = wasted.group_by("run_id").agg(
        turns=pl.len(),
        undecided=(~pl.col("surely")).any(),
        wasted=pl.when(pl.col("tokens").is_not_null().all()).then(pl.col("tokens").sum()),
        evidence=pl.col("span_id").list.explode().unique(maintain_order=True),
    )
    totals = tables.runs.select("run_id", total=pl.col("input_tokens") + pl.col("output_tokens"))
    known = (
        runs.select("run_id")
        .join(of_runs, on="run_id", how="left", maintain_order="left")
        .join(totals, on="run_id", how="left", maintain_order="left")
        .with_columns(pl.col("turns").fill_null(0), pl.col("undecided").fill_null(False))
        .with_columns(wasted=pl.when(pl.col("turns") == 0).then(0).otherwise("wasted"))
    )
    decided = ~pl.col("undecided")
    undecided = pl.when("undecided").then(pl.lit(UNKNOWN))
    told = pl.format("{} in {} of nothing but degenerate retries", "wasted", _turns())
    none = pl.lit("no turn of nothing but degenerate retries")
    return [
        run_rows(
            known,
            "wasted_tokens",
            pl.col("wasted"),
            pl.when(pl.col("turns") == 0).then(none).otherwise(told),
            known=decided & pl.col("wasted").is_not_null(),
            reason=undecided.otherwise(pl.lit("tokens of such a turn were not recorded")),
            evidence=pl.col("evidence"),
        ),
        run_rows(
            known,
            "wasted_token_share",
            pl.col("wasted") / pl.col("total"),
            pl.format("{} of {} wasted", "wasted", counted(pl.col("total"), "token")),
            known=decided & pl.col("wasted").is_not_null() & (pl.col("total") > 0),
            reason=undecided.otherwise(pl.lit("tokens were not recorded for each model call")),
            numerator=pl.col("wasted").cast(pl.Float64),
            n=pl.col("total"),
            evidence=pl.col("evidence"),
        ),
    ]


def _turns() -> pl.Expr:
    return counted(pl.col("turns"), "turn")


def _wasted_turns(tables: Tables) -> pl.LazyFrame:
    """Return the turns whose every call is, or may be, a degenerate response, with their spans.

    `surely` tells which it is.
    """
    degenerate = degenerate_calls(tables)
    # Other runs have no such turn: their calls are not read.
    calls = tables.calls.join(degenerate.select("run_id").unique(), on="run_id", how="semi")
    return (
        calls.filter(pl.col("turn").is_not_null())
        .select("run_id", "call", "turn", "span_id")
        .join(degenerate.with_columns(responds=True), on=["run_id", "call"], how="left")
        .sort("run_id", "call")
        .group_by("run_id", "turn", maintain_order=True)
        .agg(
            "span_id",
            every=pl.col("responds").is_not_null().all(),
            surely=pl.col("degenerate").is_not_null().all(),
        )
        .filter("every")
        .drop("every")
    )


def _turn_tokens(tables: Tables) -> pl.LazyFrame:
    """Return the tokens of each turn: null where a request that was answered lacks them."""
    tokens = pl.col("input_tokens") + pl.col("output_tokens")
    return (
        model_turns(tables.spans)
        .filter(
            ~came_to_nothing(),
        )
        .group_by("run_id", "turn")
        .agg(tokens=pl.when(tokens.is_not_null().all()).then(tokens.sum()))
    )
