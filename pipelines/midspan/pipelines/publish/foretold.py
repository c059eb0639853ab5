"""What is worth knowing before anything is sent: where runs go that record no experiment."""

from collections.abc import Collection, Iterator

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.plan import DEFAULT_PROJECT, none_since, wanted_runs
from midspan.pipelines.workspace import Workspace


def foretold(workspace: Workspace, asked: Asked, servers: Collection[str]) -> Iterator[str]:
    """Yield a line for each thing that a person may not expect."""
    yield from none_since(workspace, asked)
    homed = pl.col("experiment").fill_null(DEFAULT_PROJECT) != DEFAULT_PROJECT
    counted = wanted_runs(workspace.table("runs"), asked).select(
        runs=pl.len(), homeless=(~homed).sum(), taskless=pl.col("task").null_count()
    )
    runs, homeless, taskless = counted.collect().row(0)
    if homeless and asked.project is None and set(servers) & {"phoenix", "mlflow"}:
        which = "all runs" if homeless == runs else f"{homeless:,} of {runs:,} runs"
        yield f"no experiment recorded: {which} go to {DEFAULT_PROJECT!r}, else --project NAME"
    if runs and taskless == runs and asked.has("experiments") and "phoenix" in servers:
        yield "no run says its task, so there is no dataset for experiments in Phoenix"
