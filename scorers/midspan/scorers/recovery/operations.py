"""Operations: which attempts belong together, for everything that counts retries."""

from typing import Final

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.parameters import parameters_of
from midspan.scorers.recovery.walk import walk
from midspan.scorers.tables import FAULTS, Tables

COLUMNS: Final = ("run_id", "call", "operation", "attempt", "failed", "fault")


def operations(tables: Tables) -> pl.LazyFrame:
    """Return a row for each attempt (an executed call, or a failed one), by (run_id, call).

    A call of which nobody knows whether it failed, since it never ended, is none: it makes up for
    nothing.

    Columns: run_id, call, operation (the call number of its first attempt), attempt (from 0),
    failed, fault.
    """
    return _operations(tables).lazy()


@once_per_tables
def failing_operations(tables: Tables) -> pl.DataFrame:
    """Return the operations of the runs in which something failed.

    Beside the columns of `operations`: row and operation_row, among `failing_runs`.
    """
    calls = failing_runs(tables).select("run_id", "call", "attempt", "failed", "fault")
    later = walk(tables, parameters_of(tables)).later_attempts
    attempts = (
        calls.with_row_index("row")
        .filter("attempt")
        .join(later, on="row", how="left", maintain_order="left")
        .with_columns(operation_row=pl.coalesce("operation_row", "row"))
    )
    return attempts.with_columns(
        calls["call"].gather(attempts["operation_row"]).cast(pl.Int32).alias("operation"),
        attempt=pl.int_range(pl.len(), dtype=pl.Int32).over("operation_row"),
        fault=pl.col("fault").cast(FAULTS),
    )


@once_per_tables
def _operations(tables: Tables) -> pl.DataFrame:
    of_failing = failing_operations(tables).select(COLUMNS)
    others = (
        tables.calls.select("run_id", "call", "executed", "fault", "failed")
        .filter(pl.col("executed"), pl.col("failed").is_not_null())
        .join(of_failing.lazy().select("run_id").unique(), on="run_id", how="anti")
        .select(
            *("run_id", "call", "failed"),
            operation=pl.col("call").cast(pl.Int32),
            attempt=pl.lit(0, dtype=pl.Int32),
            fault=pl.col("fault").cast(FAULTS),
        )
    )
    return pl.concat([of_failing.lazy(), others.select(COLUMNS)]).sort("run_id", "call").collect()
