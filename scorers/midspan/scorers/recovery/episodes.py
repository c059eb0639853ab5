"""Episodes: operations whose first attempt failed, and how each of them ended."""

from typing import Final

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.operations import failing_operations
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
    """Return the episodes with `attempts` and the rows of their calls among `failing_runs`.

    Rows: `row` (the opening call), closing_row, last_row (the last attempt), and ending_row: the
    transfer or the other success that ended one without recovery.
    """
    calls = failing_runs(tables)
    opened = (
        failing_operations(tables)
        .group_by("operation_row")
        .agg(
            opening_failed=pl.col("failed").first(),
            closing_row=pl.col("row").filter(~pl.col("failed")).min(),
            last_row=pl.col("row").max(),
            attempts=pl.len(),
        )
        .filter("opening_failed")
        .select("closing_row", "last_row", "attempts", row="operation_row")
        .sort("row")
    )
    ended = _with_later(opened, calls)
    closing = ended["closing_row"]
    told = ended.with_columns(
        calls["run_id"].gather(ended["row"]),
        calls["call"].gather(ended["row"]),
        calls["call"].gather(closing).alias("closing_call"),
        calls["tool"].gather(ended["row"]),
        calls["tool"].gather(closing).alias("closing_tool"),
    )
    return (
        told.join(_run_endings(tables), on="run_id", how="left", maintain_order="left")
        .with_columns(label=_label())
        .with_columns(
            ending_row=pl.when(pl.col("label") == "handed_off")
            .then("transfer_row")
            .when(pl.col("label") == "moved_on")
            .then("change_row")
        )
        .select(
            *("run_id", "call", "closing_call", "label", "attempts"),
            *("row", "closing_row", "last_row", "ending_row"),
        )
    )


def failing_outcomes(tables: Tables) -> pl.DataFrame:
    """Return the outcomes of the runs in which something failed, as the score `outcome` has them.

    Columns: run_id, outcome, status, ended_by, answer, and the others of `run_outcomes`.
    """
    # Here, for outcomes are judged by calls, and first attempts at those by this package.
    from midspan.scorers.outcome_scores import run_outcomes

    run_ids = failing_runs(tables).select("run_id").unique()
    return run_outcomes(tables).join(run_ids, on="run_id", how="semi", maintain_order="left")


def _label() -> pl.Expr:
    return (
        pl.when(pl.col("closing_tool") == pl.col("tool"))
        .then(pl.lit(SAME_TOOL))
        .when(pl.col("closing_call").is_not_null())
        .then(pl.lit(OTHER_TOOL))
        .when(pl.col("transfer_row").is_not_null())
        .then(pl.lit("handed_off"))
        .when(pl.col("change_row").is_not_null())
        .then(pl.lit("moved_on"))
        .otherwise(pl.col("run_ending").fill_null("abandoned"))
    )


def _with_later(opened: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Return the episodes with the first transfer, and the first change of state, after them."""
    placed = calls.select("run", "moment").with_row_index("last_row")
    later = (
        calls.with_row_index("later_row")
        .select(
            *("run", "moment", "later_row"),
            transfers="transfer",
            changes=pl.col("state_changing") & pl.col("attempt") & ~pl.col("failed"),
        )
        .filter(pl.col("transfers") | pl.col("changes"))
    )
    first = (
        opened.filter(pl.col("closing_row").is_null())
        .select("row", "last_row")
        .join(placed.rename({"moment": "last_moment"}), on="last_row")
        .join(later, on="run")
        .filter(pl.col("moment") > pl.col("last_moment"))
        .group_by("row")
        .agg(
            transfer_row=pl.col("later_row").filter("transfers").min(),
            change_row=pl.col("later_row").filter("changes").min(),
        )
    )
    return opened.join(first, on="row", how="left", maintain_order="left")


def _run_endings(tables: Tables) -> pl.DataFrame:
    """Return how each run with a failure ended: abandoned, exhausted or crashed."""
    runs = failing_outcomes(tables)
    last_reason = (
        model_requests(tables.spans)
        .join(runs.lazy().select("run_id"), on="run_id", how="semi")
        .group_by("run_id")
        .agg(
            pl.col("finish_reason").cast(pl.String).sort_by("start_ns").last(),
        )
        .collect()
    )
    outcome = pl.col("outcome").cast(pl.String)
    status = pl.col("status").cast(pl.String)
    unsaid = pl.col("ended_by").is_null()
    return runs.join(last_reason, on="run_id", how="left").select(
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
