"""What is worth knowing before anything is sent: which runs there are, and where they go."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.plan import DEFAULT_PROJECT, wanted_runs
from midspan.pipelines.workspace import Workspace


def foretold(workspace: Workspace, asked: Asked, servers: Collection[str]) -> Iterator[str]:
    """Yield a line for each thing that a person may not expect."""
    yield from _none_since(workspace, asked)
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


def _none_since(workspace: Workspace, asked: Asked) -> Iterator[str]:
    """Yield that no run began since then, and when the newest did."""
    newest = workspace.table("runs").select(pl.col("start_ns").max()).collect().item()
    if asked.since_ns is not None and newest is not None and newest < asked.since_ns:
        yield f"no run began since {_when(asked.since_ns)}; the newest is of {_when(newest)}"


def _when(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%SZ}"
