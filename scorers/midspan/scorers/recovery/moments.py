"""The calls of runs in which something failed, with what recovery needs to know of each."""

from typing import Final

import polars as pl

from midspan.scorers.dispatch_names import with_tool
from midspan.scorers.recovery.per_tables import once_per_tables
from midspan.scorers.roles import with_roles
from midspan.scorers.tables import Tables

ROLES: Final = ("neutral", "terminal", "answer", "transfer", "read_only", "state_changing")

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

    Beside the columns of the calls table: `attempt` (executed, or failed), `tool` (past a
    dispatcher), `key` (tool and arguments, equal for identical calls; null where the arguments
    were not recorded), the roles, and `moment`: calls of one moment were asked for together,
    a greater one later. Moments of two runs differ.
    """
    failing = tables.calls.filter("failed").select("run_id").unique()
    calls = tables.calls.select(_COLUMNS).join(failing, on="run_id", how="semi")
    # Collected at each stage: later ones use it several times, which a plan would compute anew.
    named = with_tool(calls.collect().lazy(), tables).collect()
    judged = _with_all_roles(named.lazy(), tables).with_columns(
        attempt=pl.col("executed") | pl.col("failed").fill_null(False),
        failed=pl.col("failed").fill_null(False),
        key=_key(),
    )
    return _with_moments(judged.collect().lazy(), tables).sort("run_id", "call").collect()


def _key() -> pl.Expr:
    told = pl.coalesce("arguments", "raw_arguments")
    return pl.when(told.is_not_null()).then(pl.struct("name", told.alias("told")).hash())


def _with_all_roles(calls: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the calls with their roles, and those of the tool that a dispatcher calls.

    A tool `server/name` has the roles of `name` too. Tools that read and search are read-only.
    What is read-only itself changes no state, though its dispatcher is said to change it.
    """
    names = calls.select("run_id", "name", "tool").unique()
    inner = names.filter(pl.col("tool") != pl.col("name")).select("run_id", "tool")
    parts = (pl.col("tool"), pl.col("tool").str.replace(r"^.*/", ""))
    named = pl.concat([inner.with_columns(name=part) for part in parts]).unique()
    inner_roles = (
        _roles(named, tables)
        .group_by("run_id", "tool")
        .agg(pl.col(role).any().alias(f"inner_{role}") for role in ROLES)
    )
    both = (
        _roles(names, tables)
        .join(inner_roles, on=["run_id", "tool"], how="left")
        .with_columns(pl.col(f"inner_{role}").fill_null(False) for role in ROLES)
        .with_columns(pl.col(role) | pl.col(f"inner_{role}") for role in ROLES)
    )
    changes = pl.col("state_changing") & ~pl.col("inner_read_only")
    roles = both.select("run_id", "name", "tool", *ROLES[:-1], state_changing=changes)
    return calls.join(roles, on=["run_id", "name", "tool"], how="left", maintain_order="left")


def _roles(names: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    reads = pl.any_horizontal("read_only", "read", "search")
    return (
        with_roles(names, tables, *ROLES, "read", "search")
        .with_columns(read_only=reads)
        .drop("read", "search")
    )


def _with_moments(calls: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the calls with `moment`, and `turn` filled in where it was not recorded.

    A call whose emission was not recorded belongs to the turn of its agent's LLM call before it.
    Where its agent has none, calls that overlap in time are of one moment, after the turn before.
    """
    ordered = _with_turns(calls, tables).sort(
        "run_id", "after", pl.col("turn").is_null(), "call", nulls_last=False
    )
    running = pl.when(pl.col("turn").is_null()).then("end_ns").cum_max().shift(1).over("run_id")
    overlaps = pl.col("turn").is_null() & pl.col("turn").shift(1).is_null()
    overlaps &= (pl.col("start_ns") < running).fill_null(False)
    same_turn = (pl.col("turn") == pl.col("turn").shift(1)).fill_null(False)
    same_run = (pl.col("run_id") == pl.col("run_id").shift(1)).fill_null(False)
    together = same_run & (same_turn | overlaps)
    return ordered.with_columns(moment=(~together).cum_sum().cast(pl.Int32)).drop("after")


def _with_turns(calls: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the calls with the turn of those whose emission was not recorded, where it shows.

    `after` is the turn, or else the one of any agent before the call.
    """
    known = calls.filter(pl.col("turn").is_not_null()).with_columns(after="turn")
    unknown = calls.filter(pl.col("turn").is_null()).drop("turn")
    turns = (
        tables.spans.filter(
            pl.col("kind").cast(pl.String) == "llm",
            pl.col("duplicate_of").is_null(),
            pl.col("turn").is_not_null(),
        )
        .select("run_id", "start_ns", "turn", by=pl.col("agent").fill_null(""))
        .join(unknown.select("run_id").unique(), on="run_id", how="semi")
        .sort("start_ns")
    )
    of_any = turns.select("run_id", "start_ns", after="turn")
    filled = (
        unknown.with_columns(by=pl.col("agent").fill_null(""))
        .sort("start_ns", nulls_last=False)
        .join_asof(turns, on="start_ns", by=["run_id", "by"], check_sortedness=False)
        .join_asof(of_any, on="start_ns", by="run_id", check_sortedness=False)
        .with_columns(after=pl.coalesce("turn", "after"))
    )
    columns = known.collect_schema().names()
    return pl.concat([known, filled.select(columns)])
