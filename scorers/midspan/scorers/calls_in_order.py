"""Calls in their order, and under the tools that they are really about, at little cost."""

from typing import Final

import numpy as np
import polars as pl

from midspan.scorers.dispatch_names import dispatches, with_tool
from midspan.scorers.tables import Tables

KEY: Final = ["run_id", "call"]


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Return calls by run and call.

    In tables the calls of a run stand together, in order: then whole runs are moved, if at all.
    """
    runs = frame.select(pl.col("run_id").rle().struct.unnest())
    run, call = pl.col("run_id").rle_id(), pl.col("call")
    follows = (run != run.shift()) | (call > call.shift())
    if not frame.select(follows.all()).item():
        return frame.sort(KEY)
    size = pl.col("len").cast(pl.Int64)
    moved = runs.select("value", size=size, begin=size.cum_sum() - size).sort("value")
    if moved["value"].equals(runs["value"]):
        return frame
    if moved["value"].is_duplicated().any():
        return frame.sort(KEY)
    sizes = moved["size"].to_numpy()
    shifts = moved["begin"].to_numpy() - (np.cumsum(sizes) - sizes)
    return frame[np.repeat(shifts, sizes) + np.arange(frame.height)]


def with_inner_tools(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the calls with `tool`; only of dispatchers the arguments are read to know it."""
    names = frame.select(pl.col("name").unique())
    hidden = names.filter(dispatches(tables))
    if hidden.is_empty():
        return frame.with_columns(tool="name")
    calls = tables.calls.filter(pl.col("name").is_in(hidden["name"].implode()))
    inner = with_tool(calls.select(*KEY, "name", "arguments"), tables).select(*KEY, "tool")
    joined = frame.join(inner.collect(), on=KEY, how="left", maintain_order="left")
    return joined.with_columns(tool=pl.coalesce("tool", "name"))
