"""What the first attempts of operations met, had nothing been tried again."""

import polars as pl

from midspan.scorers.recovery.operations import operations
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.counted_calls import met_by
from midspan.scorers.tool_calls.judged import Judged
from midspan.scorers.tool_calls.sequences import Sequences

_CALL = ["run", "call"]


def with_first_attempts(judged: Judged, tables: Tables) -> pl.DataFrame:
    """Return the runs with `first`, what first attempts alone met, and `first_at_most`."""
    again = _again(judged.calls, tables)
    tried_again = again.group_by("run").agg(again=pl.len().cast(pl.Int64))
    runs = judged.runs.join(tried_again, on="run", how="left", maintain_order="left")
    # What was not tried again is as it was, and equal calls stay equal without some of them.
    found = pl.concat([_of_counted(judged, again), _of_compared(judged, again)])
    found = found.group_by("run").agg(pl.col("first", "first_at_most").sum())
    retried = pl.col("again").is_not_null() & ~pl.col("same")
    of_same = pl.col("again").fill_null(0) * pl.col("same").cast(pl.Int64)
    return runs.join(found, on="run", how="left", maintain_order="left").with_columns(
        pl.when(retried)
        .then(pl.col(name).fill_null(0))
        .otherwise(pl.col(whole) - of_same)
        .alias(name)
        for name, whole in (("first", "hits"), ("first_at_most", "hits_at_most"))
    )


def _again(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the calls that try again; one that was never executed was never tried again."""
    later = operations(tables).filter(pl.col("attempt") > 0).select("run_id", "call").collect()
    return (
        calls.select("run_id", *_CALL).join(later, on=["run_id", "call"], how="semi").drop("run_id")
    )


def _of_counted(judged: Judged, again: pl.DataFrame) -> pl.DataFrame:
    calls = judged.counted.calls.join(again, on="run", how="semi")
    met = met_by(calls.join(again, on=_CALL, how="anti"))
    return met.select("run", first="met", first_at_most="met")


def _of_compared(judged: Judged, again: pl.DataFrame) -> pl.DataFrame:
    calls = judged.compared.calls
    calls = calls.join(again, on="run", how="semi", maintain_order="left")
    first = calls.join(again, on=_CALL, how="anti", maintain_order="left")
    runs = judged.runs.join(calls, on="run", how="semi", maintain_order="left")
    counts = Sequences(runs, first, judged.compared.rows).counts()
    return counts.select("run", first="hits", first_at_most="hits_at_most")
