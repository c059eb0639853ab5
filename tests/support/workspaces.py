"""Workspaces made from spans, and their tables as plain rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import ALL
from tests.support.otlp import Json, Story, write

Rows = list[tuple[Any, ...]]


def ingested(
    directory: Path,
    spans: Sequence[Json],
    *,
    file: str = "spans.jsonl",
    resource: Mapping[str, Any] | None = None,
) -> Workspace:
    """Return the workspace below a directory after one file of spans was read into it."""
    ingest([write(directory / "in" / file, spans, resource=resource)], directory / "ws")
    return Workspace(directory / "ws")


def rows(workspace: Workspace, table: str, *columns: str) -> Rows:
    """Return some columns of a table, in the order of its key."""
    key = [name for name in ALL[table].key if name in ALL[table].schema]
    order = ["run_id", "start_ns", "span_id"] if table == "spans" else key
    frame = workspace.table(table).sort(order or list(ALL[table].schema), nulls_last=True)
    return frame.select(columns or ALL[table].schema.names()).collect().rows()


def contents(workspace: Workspace) -> dict[str, Rows]:
    """Return every row of every table that ingest writes: equal for equal workspaces."""
    return {name: rows(workspace, name) for name in ("spans", "text", "calls", "runs", "tools")}


def put(workspace: Workspace, table: str, frame: pl.DataFrame, *, bucket: str = "00") -> None:
    """Put rows into a workspace beside what it holds, as every writer does it."""
    with workspace.writing() as scratch:
        part = scratch / "part.parquet"
        frame.write_parquet(part)
        name = f"part-{workspace.next_generation():06d}-000.parquet"
        target = workspace.path / table / f"bucket={bucket}" / name
        workspace.apply(moves={part: target}, removed=[])


def late_spans() -> tuple[list[Json], list[Json]]:
    """Return the spans of a run of two calls, some of which come later than the others."""
    story = Story()
    with story.agent(output="done"):
        story.tool("look")
        story.tool("look")
    return story.spans[:2], story.spans[2:]
