"""How the runs ended in which something failed."""

import polars as pl

from midspan.scorers.outcomes import with_outcome
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.tables import Tables


@once_per_tables
def failing_outcomes(tables: Tables) -> pl.DataFrame:
    """Return run_id, outcome, status, ended_by and answer of the runs in which something failed."""
    run_ids = failing_runs(tables).lazy().select("run_id").unique()
    runs = tables.runs.join(run_ids, on="run_id", how="semi")
    spans = tables.spans.join(run_ids, on="run_id", how="semi")
    return (
        with_outcome(runs, spans, tables.text)
        .select("run_id", "outcome", "status", "ended_by", "answer")
        .collect()
    )
