"""The checks that decide whether a run succeeded: as recorded, completed from suite and trace."""

from dataclasses import replace
from typing import Final

import polars as pl

from midspan.scorers.answer_checks import answer_verdicts
from midspan.scorers.tables import CHECK, RUNS, Tables
from midspan.scorers.tool_calls import CallsExpected

EXPECTED_CALLS: Final = "expected_calls"
"""The kind of check that only the calls of a run can answer: scoring judges it."""

NOT_RUN: Final = "the check was not run"
NO_RECORD: Final = "the run left no result record, so its checks are not known to have run"
LEFT_BEHIND: Final = "it reads what the run left behind, and no result record says what came of it"
NO_EXPECTATION: Final = "no suite says which calls the task expects"
NO_TRACE: Final = "no trace of the run was recorded"

READ_WHAT_IS_LEFT: Final = ("file", "state", "command")
"""Kinds of checks that have something to look at only where the run ran, and only then."""

NOT_OF_A_NAME: Final = r"[^a-z0-9_.-]"

_RECORDED: Final = {
    "run_id": pl.String(),
    "id": pl.String(),
    "kind": pl.String(),
    "passed": pl.Boolean(),
    "detail": pl.String(),
}


def with_checks(tables: Tables) -> pl.LazyFrame:
    """Return the runs with their `checks` complete; `judged` are the ids of those judged here.

    A check of the suite that a record does not have is judged from the answer, where it needs no
    more. Where it does, it was not run: `passed` is null, and it says so. A check of kind
    `expected_calls` holds where `calls_match` is 1. What was recorded of other checks stays as it
    is. Nothing of the suite is executed.
    """
    runs = tables.runs.collect()
    every = _with_verdicts(_every_check(runs, tables), runs, tables)
    checks = pl.struct(pl.col(name) for name in ("id", "kind", "passed", "detail"))
    listed = every.group_by("run_id", maintain_order=True).agg(
        complete=checks.cast(CHECK), judged=pl.col("id").filter("judged")
    )
    return (
        runs.join(listed, on="run_id", how="left", maintain_order="left")
        .with_columns(checks=pl.coalesce("complete", "checks").cast(RUNS.schema["checks"]))
        .drop("complete")
        .lazy()
    )


def checks_of(runs: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each check of some runs: run_id, id, kind, passed, detail.

    Records of other programs name checks as they like: an id becomes one that a score may have.
    Two checks of one id are one, and both must hold.
    """
    name = pl.col("id").str.to_lowercase().str.replace_all(NOT_OF_A_NAME, "_")
    rows = (
        runs.lazy()
        .select("run_id", "checks")
        .filter(pl.col("checks").list.len() > 0)
        .explode("checks")
        .unnest("checks")
        .with_columns(id=pl.when(name == "").then("kind").otherwise(name))
        .collect()
    )
    failed, unknown = (~pl.col("passed")).any(), pl.col("passed").is_null().any()
    return rows.group_by("run_id", "id", maintain_order=True).agg(
        pl.col("kind").first(),
        passed=pl.when(failed).then(False).when(unknown).then(None).otherwise(True),
        detail=pl.col("detail").drop_nulls().str.join("; ").replace("", None),
    )


def _every_check(runs: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the recorded checks, and after them those that the suite has and a record lacks.

    `judged` says of which the answer decided.
    """
    tasks = tables.setting.tasks
    of_tasks = pl.DataFrame(
        [(task, each.id, each.kind) for task, of in tasks.items() for each in of.checks],
        schema={"task": pl.String(), "id": pl.String(), "kind": pl.String()},
        orient="row",
    )
    recorded = checks_of(runs).select(pl.col(name).cast(of) for name, of in _RECORDED.items())
    began = runs.filter((pl.col("status") != "missing") | pl.col("ended_by").is_not_null())
    lacking = (
        began.select("run_id", "task", unrecorded=pl.col("checks").is_null())
        .join(of_tasks, on="task", maintain_order="left_right")
        .join(recorded, on=["run_id", "id"], how="anti", maintain_order="left")
    )
    verdicts = answer_verdicts(lacking, runs, tables)
    completed = lacking.join(
        verdicts, on=["run_id", "id"], how="left", maintain_order="left"
    ).with_columns(judged=pl.col("passed").is_not_null())
    return pl.concat(
        [
            recorded.with_columns(judged=pl.lit(False)),
            completed.with_columns(
                detail=pl.when("judged").then("detail").otherwise(pl.coalesce("detail", _not_run()))
            ).select(*_RECORDED, "judged"),
        ]
    )


def _not_run() -> pl.Expr:
    """Return why nothing came of a check that the answer does not decide."""
    return (
        pl.when(~pl.col("unrecorded"))
        .then(pl.lit(NOT_RUN))
        .when(pl.col("kind").is_in(READ_WHAT_IS_LEFT))
        .then(pl.lit(LEFT_BEHIND))
        .otherwise(pl.lit(NO_RECORD))
    )


def _with_verdicts(checks: pl.DataFrame, runs: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the checks; those of calls are judged by the calls table."""
    of_calls = pl.col("kind") == EXPECTED_CALLS
    run_ids = checks.lazy().filter(of_calls).select("run_id").unique()
    if run_ids.collect().is_empty():
        return checks
    # A run without a trace has no row there, and a task without expectations neither.
    why = pl.when(pl.col("status") == "missing").then(pl.lit(NO_TRACE))
    known = runs.select("run_id", lost=why.otherwise(pl.lit(NO_EXPECTATION)))
    judged = _calls_match(run_ids, tables)
    joined = checks.join(known, on="run_id", how="left", maintain_order="left").join(
        judged, on="run_id", how="left", maintain_order="left"
    )
    unknown = of_calls & pl.col("matches").is_null() & pl.col("passed").is_null()
    return joined.select(
        "run_id",
        "id",
        "kind",
        "judged",
        passed=pl.when(of_calls).then(pl.coalesce("matches", "passed")).otherwise("passed"),
        detail=pl.when(unknown)
        .then(pl.coalesce("said", "lost"))
        .when(of_calls)
        .then(pl.coalesce("said", "detail"))
        .otherwise("detail"),
    )


def _calls_match(run_ids: pl.LazyFrame, tables: Tables) -> pl.DataFrame:
    """Return `matches` of some runs, null where the record does not allow a verdict, and `said`."""
    those = replace(
        tables,
        runs=tables.runs.join(run_ids, on="run_id", how="semi"),
        calls=tables.calls.join(run_ids, on="run_id", how="semi"),
        spans=tables.spans.join(run_ids, on="run_id", how="semi"),
        text=tables.text.join(run_ids, on="run_id", how="semi"),
    )
    return (
        CallsExpected(scores=("calls_match",))
        .score(those)
        .select("run_id", matches=pl.col("value") == 1, said=pl.coalesce("explanation", "reason"))
        .collect()
    )
