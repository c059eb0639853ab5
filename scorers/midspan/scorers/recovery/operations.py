"""Operations: which attempts belong together, for everything that counts retries."""

import polars as pl

from midspan.scorers.recovery.parameters import parameters_of
from midspan.scorers.recovery.per_tables import once_per_tables
from midspan.scorers.recovery.walk import walk
from midspan.scorers.tables import FAULTS, Tables


def operations(tables: Tables) -> pl.LazyFrame:
    """Return a row for each attempt (an executed call, or a failed one), by (run_id, call).

    Columns: run_id, call, operation (the call number of its first attempt), attempt (from 0),
    failed, fault.
    """
    return _operations(tables).lazy()


@once_per_tables
def _operations(tables: Tables) -> pl.DataFrame:
    later = walk(tables, parameters_of(tables)).later_attempts
    failed = pl.col("failed").fill_null(False)
    place = pl.int_range(pl.len(), dtype=pl.Int32).over("run_id", "operation")
    return (
        tables.calls.select("run_id", "call", "executed", "fault", failed=failed)
        .filter(pl.col("executed") | pl.col("failed"))
        .join(later.lazy(), on=["run_id", "call"], how="left")
        .sort("run_id", "call")
        .with_columns(operation=pl.coalesce("operation", "call").cast(pl.Int32))
        .with_columns(attempt=place, fault=pl.col("fault").cast(FAULTS))
        .select("run_id", "call", "operation", "attempt", "failed", "fault")
        .collect()
    )
