"""The steps of runs in their order: what the model wrote, its calls, and the answer at the end."""

from typing import Final

import polars as pl

from midspan.scorers.model_requests import model_turns
from midspan.scorers.tables import Tables

MESSAGE: Final = 0
CALL: Final = 1
ANSWER: Final = 2

KEY: Final = ("run_id", "what", "number")
"""What names a step before it has a place: the message of a turn, a call, or the answer."""


def steps(tables: Tables, run_ids: pl.Series) -> pl.DataFrame:
    """Return the steps of some runs, in order.

    Columns: run_id, what, number (turn or call, 0 for the answer), order (from 0 in each run),
    moment (the turn by which windows are measured), turn, call, trace_id, span_id, start_ns.

    A turn is first the message of the model, then its calls in their order. A call whose turn is
    not recorded stands in the turn in which it began. The answer is the last step.
    """
    # Numbers in place of ids: they are sorted and grouped by in a fraction of the time.
    runs = run_ids.unique().sort().to_frame("run_id").with_row_index("run")
    messages = _messages(tables, runs)
    calls = _calls(tables, runs, messages)
    found = pl.concat([messages, calls, _answers(tables, runs, messages, calls)])
    return (
        found.sort("run", "moment", "what", "number")
        .with_columns(order=pl.int_range(pl.len(), dtype=pl.Int64).over("run"))
        .drop("run")
    )


def _messages(tables: Tables, runs: pl.DataFrame) -> pl.DataFrame:
    turns = (
        model_turns(tables.spans)
        .select("run_id", "trace_id", "span_id", "turn", "start_ns")
        .join(runs.lazy(), on="run_id")
        .collect()
    )
    # Of a request that was sent again, the last one is the message.
    last = turns.sort("run", "turn", "start_ns", "span_id").filter(
        pl.struct("run", "turn").is_last_distinct()
    )
    return last.select(
        "run_id",
        "run",
        what=pl.lit(MESSAGE, pl.Int8),
        number=pl.col("turn").cast(pl.Int64),
        moment=pl.col("turn").cast(pl.Int64),
        turn=pl.col("turn"),
        call=pl.lit(None, pl.Int32),
        trace_id=pl.col("trace_id"),
        span_id=pl.col("span_id"),
        start_ns=pl.col("start_ns"),
    )


def _calls(tables: Tables, runs: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    calls = (
        tables.calls.select("run_id", "call", "turn", "start_ns", "trace_id", "span_id")
        .join(runs.lazy(), on="run_id")
        .collect()
        .sort("run", "call")
    )
    known = pl.coalesce("turn", "during")
    # Where no turn at all is recorded, each call counts as one.
    alone = ~pl.col("run").is_in(messages["run"].unique().implode())
    return _during(calls, messages).select(
        "run_id",
        "run",
        what=pl.lit(CALL, pl.Int8),
        number=pl.col("call").cast(pl.Int64),
        moment=pl.when(alone & known.is_null().all().over("run"))
        .then(pl.col("call"))
        .otherwise(known.cum_max().forward_fill().over("run").fill_null(-1))
        .cast(pl.Int64),
        turn=known.cast(pl.Int32),
        call=pl.col("call"),
        trace_id=pl.col("trace_id"),
        span_id=pl.col("span_id"),
        start_ns=pl.col("start_ns"),
    )


def _during(calls: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with the turn in which those began whose own turn was not recorded."""
    timed = calls.filter(pl.col("turn").is_null() & pl.col("start_ns").is_not_null())
    if timed.is_empty():
        return calls.with_columns(during=pl.lit(None, pl.Int32))
    began = messages.select("run", "start_ns", during="turn").sort("start_ns")
    placed = timed.sort("start_ns").join_asof(
        began, on="start_ns", by="run", check_sortedness=False
    )
    return calls.join(
        placed.select("run", "call", "during"),
        on=["run", "call"],
        how="left",
        maintain_order="left",
    )


def _answers(
    tables: Tables, runs: pl.DataFrame, messages: pl.DataFrame, calls: pl.DataFrame
) -> pl.DataFrame:
    """Return the end of each run: on the span of its last message, else on its root."""
    ends = messages.select("run", "turn", "trace_id", "span_id", "start_ns").filter(
        pl.col("run").is_last_distinct()
    )
    last = pl.concat([messages, calls]).group_by("run").agg(pl.col("moment").max())
    known = tables.runs.select(
        "run_id",
        "root_span_id",
        root_trace=pl.col("trace_ids").list.first(),
        root_start=pl.col("start_ns"),
    ).join(runs.lazy(), on="run_id")
    return (
        known.collect()
        .join(ends, on="run", how="left")
        .join(last, on="run", how="left")
        .select(
            "run_id",
            "run",
            what=pl.lit(ANSWER, pl.Int8),
            number=pl.lit(0, pl.Int64),
            moment=pl.col("moment").fill_null(0),
            turn=pl.col("turn"),
            call=pl.lit(None, pl.Int32),
            trace_id=pl.coalesce("trace_id", "root_trace"),
            span_id=pl.coalesce("span_id", "root_span_id"),
            start_ns=pl.coalesce("start_ns", "root_start"),
        )
    )
