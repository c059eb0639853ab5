"""Episodes: operations whose first attempt failed, and how each of them ended."""

from typing import Final

import polars as pl

from midspan.scorers.outcomes import with_outcome
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.operations import operations
from midspan.scorers.recovery.per_tables import once_per_tables
from midspan.scorers.tables import Tables

SAME_TOOL: Final = "recovered:same_tool"
OTHER_TOOL: Final = "recovered:other_tool"
RECOVERED: Final = (SAME_TOOL, OTHER_TOOL)

EXHAUSTED: Final = ("timeout", "budget")
"""Outcomes of runs that used something up."""

CRASHED: Final = ("infra", "provider_error", "agent_error")
"""Outcomes of runs that broke."""


def episodes(tables: Tables) -> pl.LazyFrame:
    """Return a row for each operation whose first attempt failed, by (run_id, call).

    Columns: run_id, call (the opening one), closing_call (the success that closes it, else null),
    label.
    """
    return detailed_episodes(tables).lazy().select("run_id", "call", "closing_call", "label")


@once_per_tables
def detailed_episodes(tables: Tables) -> pl.DataFrame:
    """Return the episodes with `attempts`, `last_call` (the last attempt) and `ending_call`.

    `ending_call` is the transfer or the other success that ended one without recovery.
    """
    calls = failing_runs(tables)
    tools = calls.select("run_id", "call", "tool")
    opened = (
        operations(tables)
        .join(tools.lazy().select("run_id").unique(), on="run_id", how="semi")
        .group_by("run_id", "operation")
        .agg(
            opening_failed=pl.col("failed").sort_by("attempt").first(),
            closing_call=pl.col("call").filter(~pl.col("failed")).min(),
            last_call=pl.col("call").max(),
            attempts=pl.len(),
        )
        .filter("opening_failed")
        .select("run_id", "closing_call", "last_call", "attempts", call="operation")
        .collect()
    )
    ended = _with_later(opened, calls)
    return (
        ended.join(tools, on=["run_id", "call"])
        .join(
            tools.rename({"call": "closing_call", "tool": "closing_tool"}),
            on=["run_id", "closing_call"],
            how="left",
        )
        .join(_run_endings(opened, tables), on="run_id", how="left")
        .with_columns(label=_label())
        .with_columns(
            ending_call=pl.when(pl.col("label") == "handed_off")
            .then("transfer_call")
            .when(pl.col("label") == "moved_on")
            .then("change_call")
        )
        .select("run_id", "call", "closing_call", "label", "attempts", "last_call", "ending_call")
        .sort("run_id", "call")
    )


def _label() -> pl.Expr:
    return (
        pl.when(pl.col("closing_tool") == pl.col("tool"))
        .then(pl.lit(SAME_TOOL))
        .when(pl.col("closing_call").is_not_null())
        .then(pl.lit(OTHER_TOOL))
        .when(pl.col("transfer_call").is_not_null())
        .then(pl.lit("handed_off"))
        .when(pl.col("change_call").is_not_null())
        .then(pl.lit("moved_on"))
        .otherwise(pl.col("run_ending").fill_null("abandoned"))
    )


def _with_later(opened: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Return the episodes with the first transfer, and the first change of state, after them."""
    later = calls.select(
        "run_id",
        "moment",
        later_call="call",
        transfers="transfer",
        changes=pl.col("state_changing") & pl.col("attempt") & ~pl.col("failed"),
    ).filter(pl.col("transfers") | pl.col("changes"))
    moments = calls.select("run_id", last_call="call", last_moment="moment")
    first = (
        opened.filter(pl.col("closing_call").is_null())
        .join(moments, on=["run_id", "last_call"])
        .join(later, on="run_id")
        .filter(pl.col("moment") > pl.col("last_moment"))
        .group_by("run_id", "call")
        .agg(
            transfer_call=pl.col("later_call").filter("transfers").min(),
            change_call=pl.col("later_call").filter("changes").min(),
        )
    )
    return opened.join(first, on=["run_id", "call"], how="left")


def _run_endings(opened: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return how each run with an episode ended: abandoned, exhausted or crashed."""
    run_ids = opened.lazy().select("run_id").unique()
    runs = tables.runs.join(run_ids, on="run_id", how="semi")
    spans = tables.spans.join(run_ids, on="run_id", how="semi")
    last_reason = (
        spans.filter(pl.col("kind").cast(pl.String) == "llm", pl.col("duplicate_of").is_null())
        .group_by("run_id")
        .agg(
            pl.col("finish_reason").cast(pl.String).sort_by("start_ns").last(),
        )
    )
    outcome = pl.col("outcome").cast(pl.String)
    status = pl.col("status").cast(pl.String)
    unsaid = pl.col("ended_by").is_null()
    return (
        with_outcome(runs, spans, tables.text)
        .join(last_reason, on="run_id", how="left")
        .select(
            "run_id",
            run_ending=pl.when(outcome.is_in(EXHAUSTED))
            .then(pl.lit("exhausted"))
            .when(outcome.is_in(CRASHED) | (unsaid & status.is_in(["incomplete", "missing"])))
            .then(pl.lit("crashed"))
            .when(pl.col("finish_reason") == "length")
            .then(pl.lit("exhausted"))
            .when(pl.col("finish_reason") == "error")
            .then(pl.lit("crashed"))
            .otherwise(pl.lit("abandoned")),
        )
        .collect()
    )
