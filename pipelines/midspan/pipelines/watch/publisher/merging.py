"""Several waiting batches as one workspace: of a run that is in several, the last one holds."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.storage.parts import write_part
from midspan.pipelines.workspace import Workspace

TABLES: Final = ("runs", "spans", "text", "calls", "scores")
"""What is published, or read for it."""


@contextmanager
def merged(batches: Sequence[Workspace], scratch: Path) -> Iterator[Workspace]:
    """Give a workspace with the last state of every run of some batches, oldest batch first."""
    if len(batches) == 1:
        yield batches[0]
        return
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        workspace = Workspace.create(scratch)
        _fill(workspace, batches)
        yield workspace
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(workspace: Workspace, batches: Sequence[Workspace]) -> None:
    later = _later(batches)
    with workspace.writing() as folder:
        moves: dict[Path, Path] = {}
        for table in TABLES:
            # The order within a run is the batch's own; a stable sort keeps it.
            frames = [
                batch.files(table).filter(~pl.col("run_id").is_in(list(gone))).collect()
                for batch, gone in zip(batches, later, strict=True)
            ]
            rows = pl.concat(frames, how="diagonal_relaxed")
            if rows.height:
                path = folder / f"{table}.parquet"
                write_part(rows.sort("run_id", maintain_order=True), path)
                moves[path] = workspace.path / table / "bucket=00" / "part-000001-000.parquet"
        tools = [tools for batch in batches if (tools := batch.table("tools").collect()).height]
        if tools:
            path = folder / "tools.parquet"
            every = pl.concat(tools).unique(subset=["digest", "name"], keep="first")
            write_part(every.sort("digest", "name"), path)
            moves[path] = workspace.path / "tools.parquet"
        workspace.apply(moves=moves, removed=[])


def _later(batches: Sequence[Workspace]) -> list[set[str]]:
    """Return for each batch the runs that later ones hold, or whose traces are of others there."""
    later: list[set[str]] = []
    runs: set[str] = set()
    traces: set[str] = set()
    for batch in reversed(batches):
        of_traces = batch.table("runs").select("run_id", trace="trace_ids").collect()
        of_traces = of_traces.explode("trace")
        moved = of_traces.filter(pl.col("trace").is_in(list(traces)))["run_id"]
        later.insert(0, runs | set(moved))
        runs.update(of_traces["run_id"])
        traces.update(of_traces["trace"].drop_nulls())
    return later
