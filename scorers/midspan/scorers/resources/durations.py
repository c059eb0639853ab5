"""Where the time of a run went: the model, tools, or neither."""

from typing import Final

import polars as pl

from midspan.scorers.nanoseconds import in_seconds
from midspan.scorers.run_rows import run_rows
from midspan.scorers.tables import Tables

MODEL: Final = ("llm",)
TOOL: Final = ("tool", "retriever")


def duration_rows(runs: pl.LazyFrame, tables: Tables) -> list[pl.LazyFrame]:
    """Return four rows a run: from first to last moment, and what of it took whom.

    What ran side by side counts once. A tool that asks a model itself counts for both.
    """
    spans = (
        tables.spans.filter(
            pl.col("kind").is_in([*MODEL, *TOOL]),
            pl.col("duplicate_of").is_null(),
            pl.col("end_ns") >= pl.col("start_ns"),
        )
        .select("run_id", "kind", "start_ns", "end_ns")
        .sort("run_id", "start_ns")
        .collect()
    )
    known = (
        runs.select("run_id", "start_ns", "end_ns")
        .join(_covered(spans, "busy", (*MODEL, *TOOL)), on="run_id", how="left")
        .join(_covered(spans, "model", MODEL), on="run_id", how="left")
        .join(_covered(spans, "tool", TOOL), on="run_id", how="left")
        .with_columns(pl.col("busy", "model", "tool").fill_null(0))
    )
    whole = pl.col("end_ns") - pl.col("start_ns")
    parts = {
        "seconds": (whole, "from the first span to the last"),
        "seconds_model": (pl.col("model"), "in model calls"),
        "seconds_tool": (pl.col("tool"), "in tools"),
        "seconds_idle": (whole - pl.col("busy"), "neither in a model call nor in a tool"),
    }
    return [
        run_rows(
            known,
            name,
            in_seconds(nanoseconds),
            pl.lit(where),
            known=nanoseconds.is_not_null(),
            reason="no span has an end",
        )
        for name, (nanoseconds, where) in parts.items()
    ]


def _covered(spans: pl.DataFrame, name: str, kinds: tuple[str, ...]) -> pl.LazyFrame:
    """Return how many nanoseconds of each run spans of these kinds cover, side by side or not."""
    chosen = spans.lazy().filter(pl.col("kind").is_in(kinds))
    covered_until = pl.col("end_ns").cum_max().shift().over("run_id")
    # What came before covers all up to its latest end; only what sticks out is added.
    begins = pl.max_horizontal("start_ns", covered_until)
    added = (pl.col("end_ns") - begins).clip(lower_bound=0)
    return (
        chosen.select("run_id", added=added)
        .group_by("run_id")
        .agg(pl.col("added").sum().alias(name))
    )
