"""Whether a model writes more and more as a run goes on."""

import polars as pl

from midspan.scorers.model_requests import came_to_nothing, model_turns
from midspan.scorers.run_rows import run_rows
from midspan.scorers.tables import Tables

FEWEST_TURNS = 3


def growth_rows(tables: Tables) -> pl.LazyFrame:
    """Return a row for each run of three turns or more.

    Output tokens of the last third of the turns / of the first third; a third is rounded down.
    """
    tokens = pl.col("output_tokens")
    turns = (
        model_turns(tables.spans)
        .filter(~came_to_nothing())  # The turn's tokens are those of the retry.
        .group_by("run_id", "turn")
        .agg(tokens=pl.when(tokens.is_not_null().all()).then(tokens.sum()))
        .sort("run_id", "turn")
    )
    third = pl.len() // FEWEST_TURNS
    first, last = pl.col("tokens").head(third), pl.col("tokens").tail(third)
    runs = (
        turns.group_by("run_id", maintain_order=True)
        .agg(
            turns=pl.len(),
            first=pl.when(first.is_not_null().all()).then(first.sum()),
            last=pl.when(last.is_not_null().all()).then(last.sum()),
        )
        .filter(pl.col("turns") >= FEWEST_TURNS)
    )
    recorded = pl.col("first").is_not_null() & pl.col("last").is_not_null()
    return run_rows(
        runs,
        "output_growth",
        pl.col("last") / pl.col("first"),
        pl.format(
            "{} output tokens in the last third of {} turns, {} in the first",
            "last",
            "turns",
            "first",
        ),
        known=recorded & (pl.col("first") > 0),
        reason=pl.when(recorded)
        .then(pl.lit("the first third of the turns has no output tokens"))
        .otherwise(pl.lit("output tokens were not recorded")),
    )
