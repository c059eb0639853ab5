"""Calls of tools that do not exist."""

from typing import Final

import polars as pl

from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables

AT_MOST: Final = 5
"""Offered tools that an explanation names."""


def hallucinated_tool_rows(tables: Tables) -> list[pl.LazyFrame]:
    """Return a row for each call of an unknown tool, and how many they are in each run.

    It is the fault `model.unknown_tool`: the tool was not offered, or the executor knows none.
    """
    unknown = (pl.col("fault") == "model.unknown_tool").fill_null(False)
    emitted = tables.calls.filter(pl.col("emitted") | unknown).select(
        *("run_id", "call", "span_id", "trace_id", "name", "tools_digest", "executed", "fault"),
        unknown=unknown,
    )
    found = emitted.filter("unknown")
    runs = emitted.group_by("run_id", maintain_order=True).agg(
        number=pl.col("unknown").sum().cast(pl.Int64),
        # Of a call that nobody executed, only the offered tools tell whether there is such a tool.
        known=(pl.col("tools_digest").is_not_null() | pl.col("fault").is_not_null()).any(),
        names=pl.format("`{}`", "name").filter("unknown").unique().sort().str.join(", "),
        evidence=pl.col("span_id").filter("unknown").unique(maintain_order=True),
    )
    number = pl.col("number")
    told = pl.format("{} of a tool that does not exist: {}", counted(number, "call"), "names")
    return [
        _steps(found, tables),
        run_rows(
            runs,
            "hallucinated_tools",
            number,
            pl.when(number == 0).then(pl.lit("every called tool exists")).otherwise(told),
            known=pl.col("known"),
            reason="the offered tools were not recorded, and no call was executed",
            evidence=pl.col("evidence"),
        ),
    ]


def _steps(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    offered = (
        tables.tools.join(found, left_on="digest", right_on="tools_digest", how="semi")
        .sort("digest", "name")
        .group_by(tools_digest="digest")
        .agg(
            listed=pl.format("`{}`", "name").head(AT_MOST).str.join(", "),
            more=(pl.len().cast(pl.Int64) - AT_MOST).clip(lower_bound=0),
        )
    )
    rest = pl.when(pl.col("more") > 0).then(pl.format(" and {} more", "more")).otherwise(pl.lit(""))
    there_are = pl.format(": there are {}{}", "listed", rest).fill_null("")
    return found.join(offered, on="tools_digest", how="left", maintain_order="left").select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit("hallucinated_tool"),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.format("there is no tool `{}`{}", "name", there_are),
        evidence=pl.concat_list("span_id"),
    )
