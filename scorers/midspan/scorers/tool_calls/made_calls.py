"""The calls that runs made, as far as their tasks look at them."""

from typing import Final

import numpy as np
import polars as pl

from midspan.scorers.calls_in_order import in_order, with_inner_tools
from midspan.scorers.matching import TaskFrames
from midspan.scorers.tables import Tables

COLUMNS: Final = ("run_id", "call", "span_id", "trace_id", "name", "failed")


def made_calls(tables: Tables, runs: pl.DataFrame, frames: TaskFrames) -> pl.DataFrame:
    """Return the calls in scope of runs that can be judged, in order.

    `run` is the place of the run among `runs`, `tool` the inner tool of a dispatcher, `key` the
    hash of the arguments, and `expected_name` the name if any task expects it.
    """
    calls = tables.calls.select(*COLUMNS, key="arguments_hash").collect()
    calls = with_inner_tools(_of_runs(in_order(calls), runs), tables)
    expected = pl.col("name").cast(frames.names, strict=False)
    return _in_scope(calls, runs, frames).with_columns(expected_name=expected)


def _of_runs(calls: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with `run`: runs are looked up once each, not once a call."""
    stretches = calls.select(pl.col("run_id").rle().struct.unnest())
    places = runs.filter(pl.col("unusable").is_null()).select("run_id", "run")
    found = stretches.join(
        places, left_on="value", right_on="run_id", how="left", maintain_order="left"
    )
    run = np.repeat(found["run"].fill_null(-1).to_numpy(), found["len"].to_numpy())
    return calls.with_columns(run=pl.Series(run, dtype=pl.Int64)).filter(pl.col("run") >= 0)


def _in_scope(calls: pl.DataFrame, runs: pl.DataFrame, frames: TaskFrames) -> pl.DataFrame:
    scopes = frames.scopes
    wanted = runs["scope"].unique()
    if all(scopes[scope].globs is None and scopes[scope].failed for scope in wanted):
        return calls
    with_scope = calls.with_columns(scope=runs["scope"].gather(calls["run"]))
    key = ["scope", "name", "tool", "failed"]
    judged = with_scope.select(key).unique()
    counts = [
        (scopes[scope].failed or not failed)
        and (scopes[scope].counts(name) or scopes[scope].counts(tool))
        for scope, name, tool, failed in judged.iter_rows()
    ]
    inside = judged.filter(pl.Series(counts, dtype=pl.Boolean()))
    return with_scope.join(
        inside, on=key, how="semi", nulls_equal=True, maintain_order="left"
    ).drop("scope")


def two_names(calls: pl.DataFrame, frames: TaskFrames) -> pl.DataFrame:
    """Return the `run` of each dispatcher that some task expects under either of its names."""
    inner = pl.col("tool").cast(frames.names, strict=False)
    both = calls.filter(pl.col("tool") != pl.col("name"))
    return both.filter(pl.col("expected_name").is_not_null() | inner.is_not_null()).select("run")
