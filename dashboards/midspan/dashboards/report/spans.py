"""The spans of runs as blocks hold them."""

from typing import Final

import polars as pl

from midspan.dashboards.report.columns import milliseconds, numbers
from midspan.dashboards.report.conversation import new_messages
from midspan.dashboards.report.frames import Redact

TEXTS: Final = ("error_message", "input", "output", "reasoning")
READ: Final = (
    "run_id",
    "trace_id",
    "span_id",
    "input",
    "output",
    "text",
    "reasoning",
    "error_message",
)
"""Columns of the table of texts."""

_PLAIN: Final = (
    *("kind", "name", "agent", "turn", "status", "error_type", "provider", "finish_reason"),
    *("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"),
    *("reasoning_tokens", "notes"),
)
_LINKS: Final = {"parent": "parent_id", "duplicate_of": "duplicate_of", "retry_of": "retry_of"}


def shown(
    runs: pl.DataFrame, spans: pl.DataFrame, text: pl.DataFrame, calls: pl.DataFrame, redact: Redact
) -> pl.DataFrame:
    """Return the spans by run, in order of start, with all that is shown of them.

    `runs` has the `run_id` of each run and its number, `run`.
    """
    here = spans.join(runs, on="run_id").sort("run", "start_ns", "end_ns", "span_id")
    placed = here.with_columns(place=pl.int_range(pl.len()).over("run"))
    key = ["run_id", "trace_id", "span_id"]
    told = new_messages(placed.join(text, on=key, how="left", maintain_order="left"))
    for name, column in _LINKS.items():
        told = told.join(
            place_of(placed).select(
                "run_id", pl.col("span_id").alias(column), pl.col("place").alias(f"_{name}")
            ),
            on=["run_id", column],
            how="left",
            maintain_order="left",
        )
    # What went in and came out of a tool stands in its call.
    of_call = pl.col("span_id").is_in(calls["span_id"].implode()) & (pl.col("kind") != "llm")
    is_llm = pl.col("kind") == "llm"
    begun = pl.col("start_ns").min().over("run")
    told = told.with_columns(
        input=pl.when(~of_call).then("input"),
        output=pl.when(is_llm)
        .then(
            pl.coalesce("text", pl.when(pl.col("calls_emitted").fill_null(0) == 0).then("output"))
        )
        .when(~of_call)
        .then("output"),
        model=pl.coalesce("request_model", "response_model"),
        start_ms=milliseconds(pl.col("start_ns") - begun),
        duration_ms=milliseconds(pl.col("end_ns") - pl.col("start_ns")),
        ttft_ms=(pl.col("ttft_seconds") * 1000).round(3),
        error_message=pl.when(~of_call).then("error_message"),
    )
    return told.with_columns(redact(told[name], told["run_id"]).alias(name) for name in TEXTS)


def place_of(placed: pl.DataFrame) -> pl.DataFrame:
    """Return where each span of a run stands."""
    return placed.select("run_id", "span_id", "place").unique(
        ["run_id", "span_id"], keep="first", maintain_order=True
    )


def columns(spans: pl.DataFrame) -> pl.DataFrame:
    """Return spans as blocks hold them, and the `run` of each."""
    return spans.select(
        "run",
        pl.col("span_id").alias("id"),
        pl.col("trace_id").alias("trace"),
        *(pl.col(f"_{name}").alias(name) for name in _LINKS),
        *_PLAIN,
        *("model", "start_ms", "duration_ms", "ttft_ms"),
        numbers(spans["cost_usd"]),
        "continues",
        *TEXTS,
    )
