"""What an agent was told and when: the inputs of its model, and the results of its tools."""

from typing import Final

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.tables import Tables

CUT: Final = ("truncated", "redacted")
"""Notes of spans whose content is not all there."""

KEY: Final = ["run_id", "trace_id", "span_id"]


def model_calls(tables: Tables) -> pl.LazyFrame:
    """Return the model calls that count: key, turn, start_ns, and `whole`.

    `whole` is whether the input was recorded, and all of it.
    """
    recorded = tables.text.select(*KEY, recorded=pl.col("input").is_not_null())
    cut = pl.any_horizontal(pl.col("notes").list.contains(note) for note in CUT)
    return (
        model_requests(tables.spans)
        .select(*KEY, "turn", "start_ns", cut=cut)
        .join(recorded, on=KEY, how="left")
        .with_columns(whole=pl.col("recorded").fill_null(False) & ~pl.col("cut"))
        .drop("recorded", "cut")
    )


def whole_runs(tables: Tables) -> pl.LazyFrame:
    """Return the runs that called a model, with `whole`: whether every input is there."""
    return model_calls(tables).group_by("run_id").agg(pl.col("whole").all())


def inputs(tables: Tables, run_ids: pl.LazyFrame) -> pl.LazyFrame:
    """Return the inputs of the model in some runs: run_id, turn, start_ns, said."""
    said = tables.text.select(*KEY, said="input").join(run_ids, on="run_id", how="semi")
    return (
        model_calls(tables)
        .join(said, on=KEY)
        .filter(pl.col("said").is_not_null())
        .select("run_id", "turn", "start_ns", "said")
    )


def results(tables: Tables, run_ids: pl.LazyFrame) -> pl.LazyFrame:
    """Return what tools told in some runs: run_id, call, turn, start_ns, name, said."""
    said = pl.concat_str("result", "error_message", separator="\n", ignore_nulls=True)
    return (
        tables.calls.join(run_ids, on="run_id", how="semi")
        .select("run_id", "call", "turn", "start_ns", "name", said=said)
        .filter(pl.col("said") != "")
    )
