"""The retries of each run: how many, how many against its budget, and what they brought."""

import polars as pl

from midspan.scorers.recovery.operations import operations
from midspan.scorers.recovery.responses import responses
from midspan.scorers.tables import Tables


def retries_of_runs(tables: Tables) -> pl.DataFrame:
    """Return a row for each run with an attempt.

    Columns: run_id, attempts, operations, retries (attempts beyond the first of an operation),
    recovered (operations that failed first and succeeded by a retry), degenerate (retries that
    were degenerate responses), unknown (retries of which the record does not tell that), budget
    (null: none), the spans of the retries and of the degenerate ones.
    """
    attempts = _attempts(tables)
    retry = pl.col("attempt") > 0
    of_operations = attempts.group_by("run_id", "operation").agg(
        recovered=(pl.col("attempt") == 0).and_(pl.col("failed")).any()
        & (retry & ~pl.col("failed")).any()
    )
    recovered = of_operations.group_by("run_id").agg(
        pl.col("recovered").sum(), operations=pl.len().cast(pl.Int64)
    )
    return (
        attempts.group_by("run_id", maintain_order=True)
        .agg(
            attempts=pl.len().cast(pl.Int64),
            retries=retry.sum().cast(pl.Int64),
            degenerate=(retry & pl.col("degenerate")).sum().cast(pl.Int64),
            unknown=(retry & pl.col("degenerate").is_null()).sum().cast(pl.Int64),
            evidence=pl.col("span_id").filter(retry).unique(maintain_order=True),
            degenerate_evidence=pl.col("span_id")
            .filter(retry & pl.col("degenerate"))
            .unique(maintain_order=True),
        )
        .join(recovered, on="run_id", how="left")
        .join(_budgets(tables), on="run_id", how="left")
        .collect()
    )


def degenerate_calls(tables: Tables) -> pl.LazyFrame:
    """Return run_id and call of the calls that are, or may be, degenerate responses to a failure.

    `degenerate` is true, or null where the record does not tell.
    """
    unknown = pl.col("response").is_null()
    return (
        responses(tables)
        .filter(pl.col("degenerate") | unknown, pl.col("responding_call").is_not_null())
        .group_by("run_id", call="responding_call")
        .agg(degenerate=pl.when(pl.col("degenerate").any()).then(True))
    )


def _attempts(tables: Tables) -> pl.LazyFrame:
    spans = tables.calls.select("run_id", "call", "span_id")
    return (
        operations(tables)
        .join(spans, on=["run_id", "call"], how="left", maintain_order="left")
        .join(
            degenerate_calls(tables).with_columns(responds=True),
            on=["run_id", "call"],
            how="left",
            maintain_order="left",
        )
        .with_columns(degenerate=pl.when("responds").then("degenerate").otherwise(False))
    )


def _budgets(tables: Tables) -> pl.LazyFrame:
    """Return the retry budget of each run: the task's, else that of the harness."""
    of_tasks = {
        task_id: task.retries
        for task_id, task in tables.setting.tasks.items()
        if task.retries is not None
    }
    task_budget = pl.col("task").replace_strict(of_tasks, default=None, return_dtype=pl.Int64)
    of_run = pl.col("retry_budget").cast(pl.Int64)
    # Without any task there is nothing to look up.
    budget = pl.coalesce(task_budget, of_run) if of_tasks else of_run
    return tables.runs.select("run_id", budget=budget)
