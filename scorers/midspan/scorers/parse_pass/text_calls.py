"""How many of the turns with a call wrote it as text instead of natively."""

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables


def text_call_rows(tables: Tables) -> pl.LazyFrame:
    """Return a row for each run with a call: translated or not, a call as text counts."""
    as_text = pl.col("text_form").is_not_null()
    turns = (
        model_requests(tables.spans)
        .filter(pl.col("calls_emitted") > 0)
        .group_by("run_id")
        .agg(
            as_text=as_text.sum(),
            n=pl.len().cast(pl.Int64),
            forms=pl.col("text_form").drop_nulls().unique().sort(),
            evidence=pl.col("span_id").filter(as_text).sort_by(pl.col("start_ns").filter(as_text)),
        )
    )
    with_calls = tables.calls.select("run_id").unique()
    forms = pl.col("forms").list.join(", ")
    return run_rows(
        with_calls.join(turns, on="run_id", how="left"),
        "text_call_rate",
        pl.col("as_text") / pl.col("n"),
        pl.when(pl.col("as_text") == 0)
        .then(pl.format("{} with a call, each native", counted(pl.col("n"), "turn")))
        .otherwise(
            pl.format(
                "{} of {} with a call wrote it as text ({})",
                "as_text",
                counted(pl.col("n"), "turn"),
                forms,
            )
        ),
        known=pl.col("n").is_not_null(),
        reason="what the model wrote was not recorded",
        numerator=pl.col("as_text").cast(pl.Float64),
        n=pl.col("n"),
        evidence=pl.col("evidence"),
    )
