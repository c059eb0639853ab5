"""The calls of runs in which something failed, with what recovery needs to know of each."""

from typing import Final

import polars as pl

from midspan.scorers.dispatch_names import dispatches, with_alone, with_tool
from midspan.scorers.model_requests import model_turns
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.roles import READING, with_roles
from midspan.scorers.tables import Tables

ROLES: Final = ("neutral", "terminal", "answer", "transfer", "state_changing")

_COLUMNS: Final = (
    "run_id",
    "call",
    "turn",
    "agent",
    "name",
    "arguments",
    "raw_arguments",
    "executed",
    "failed",
    "fault",
    "transient",
    "signature",
    "start_ns",
    "end_ns",
    "span_id",
    "trace_id",
)


@once_per_tables
def failing_runs(tables: Tables) -> pl.DataFrame:
    """Return the calls of every run with a failed attempt, sorted by (run_id, call).

    Beside the columns of the calls table: `run` (a number for each run), `attempt` (executed, or
    failed, and it is known what became of it), `tool` (past a dispatcher), `key` (tool and
    arguments, equal for identical calls; null where the arguments were not recorded), the roles,
    and `moment`: calls of one moment were asked for together, a greater one later. Moments of two
    runs differ.
    """
    failing = tables.calls.filter("failed").select("run_id").unique()
    calls = tables.calls.select(_COLUMNS).join(failing, on="run_id", how="semi").collect()
    # Collected at each stage: later ones use it several times, which a plan would compute anew.
    ordered = calls.sort("run_id", "call").with_columns(run=pl.col("run_id").rle_id())
    named = _with_inner_tools(ordered, tables)
    moment, turn = _moments(ordered, tables)
    return (
        with_roles(named.lazy(), tables, *ROLES, *READING)
        .with_columns(
            moment,
            turn,
            attempt=(pl.col("executed") | pl.col("failed")) & pl.col("failed").is_not_null(),
            failed=pl.col("failed").fill_null(False),
            key=_key(),
            read_only=pl.any_horizontal(READING),
        )
        .drop("read", "search", "alone")
        .collect()
    )


def _with_inner_tools(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    if calls.select(pl.col("name").unique()).filter(dispatches(tables)).is_empty():
        return calls.with_columns(tool="name", alone=True)
    return with_alone(with_tool(calls.lazy(), tables).collect().lazy()).collect()


def _key() -> pl.Expr:
    told = pl.coalesce("arguments", "raw_arguments")
    return pl.when(told.is_not_null()).then(pl.struct("name", told.alias("told")).hash())


def _moments(calls: pl.DataFrame, tables: Tables) -> tuple[pl.Series, pl.Series]:
    """Return `moment` and `turn` of the calls, filled in where it was not recorded.

    A call whose emission was not recorded belongs to the turn of its agent's LLM call before it.
    Where its agent has none, calls that overlap in time are of one moment, after the turn before.
    """
    placed = calls.select(*("run_id", "run", "turn", "agent", "start_ns", "end_ns"))
    placed = _with_turns(placed.with_row_index("row"), tables)
    unknown = pl.col("turn").is_null()
    ordered = placed.sort("run", "after", unknown, "row", nulls_last=False)
    same_run = pl.col("run") == pl.col("run").shift(1)
    together = same_run & (pl.col("turn") == pl.col("turn").shift(1)).fill_null(False)
    if ordered["turn"].null_count():
        running = pl.when(unknown).then("end_ns").cum_max().shift(1).over("run")
        overlaps = (pl.col("start_ns") < running).fill_null(False)
        together |= same_run & unknown & unknown.shift(1) & overlaps
    moment = (~together).fill_null(True).cum_sum().cast(pl.Int32)
    found = ordered.select("row", "turn", moment=moment).sort("row")
    return found["moment"], found["turn"]


def _with_turns(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the calls with the turn of those whose emission was not recorded, where it shows.

    `after` is the turn, or else the one of any agent before the call.
    """
    known = calls.filter(pl.col("turn").is_not_null()).with_columns(after="turn")
    unknown = calls.filter(pl.col("turn").is_null()).drop("turn")
    if unknown.is_empty():
        return known
    turns = (
        model_turns(tables.spans)
        .select("run_id", "start_ns", "turn", by=pl.col("agent").fill_null(""))
        .join(unknown.lazy().select("run_id").unique(), on="run_id", how="semi")
        .sort("start_ns")
        .collect()
    )
    of_any = turns.select("run_id", "start_ns", after="turn")
    filled = (
        unknown.with_columns(by=pl.col("agent").fill_null(""))
        .sort("start_ns", nulls_last=False)
        .join_asof(turns, on="start_ns", by=["run_id", "by"], check_sortedness=False)
        .join_asof(of_any, on="start_ns", by="run_id", check_sortedness=False)
        .with_columns(after=pl.coalesce("turn", "after"))
    )
    return pl.concat([known, filled.select(known.columns)])
