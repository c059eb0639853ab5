"""What people said at a server, put among the scores of a workspace."""

import re
from typing import Final

import polars as pl

from midspan.pipelines.storage.parts import write_part
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import SCORES

VERSION: Final = "human"
"""Stands where rows of scorers have the scorer's version."""

_OTHER: Final = re.compile(r"[^a-z0-9_.-]+")


def score_name(name: str) -> str:
    """Return the name of a score for what somebody named freely.

    >>> score_name("Is it polite?")
    'is_it_polite'
    """
    return _OTHER.sub("_", name.strip().lower()).strip("_")


def human_rows(found: list[dict[str, object]]) -> pl.DataFrame:
    """Return score rows of `source=human`; each of those given has at least a run and a name."""
    fixed = {
        "evidence": [],
        "scorer_version": VERSION,
        "config_hash": "",
        "source": "human",
        "status": "ok",
    }
    return SCORES.frame([{**fixed, **one} for one in found])


def people_of(workspace: Workspace, server: str) -> pl.DataFrame:
    """Return what a workspace has of what people said at a server."""
    return SCORES.validate(workspace.table("scores").filter(_of(server)).collect())


def keep_human_rows(workspace: Workspace, rows: pl.DataFrame, server: str) -> int:
    """Put the rows into the workspace, in place of those of the server's people before.

    Returns in how many rows that changed it; where nothing did, the workspace is left as it was.
    """
    mine = _of(server)
    rows = SCORES.validate(rows)
    with workspace.writing() as scratch:
        before = people_of(workspace, server)
        changed = _changed(before, rows)
        if not changed:
            return 0
        buckets = rows.with_columns(bucket=workspace.bucket_column())
        generation, moves, removed = workspace.next_generation(), {}, []
        touched = set(buckets["bucket"]) | set(
            before.with_columns(bucket=workspace.bucket_column())["bucket"]
        )
        parts = workspace.parts("scores")
        for bucket in sorted(touched):
            old = [part for part in parts if part.parent.name == f"bucket={bucket}"]
            kept = [workspace.read_part(part).select(SCORES.schema.names()) for part in old]
            others = [frame.filter(~mine) for frame in kept]
            new = buckets.filter(pl.col("bucket") == bucket).drop("bucket")
            frame = pl.concat([SCORES.empty(), *others, new])
            source = scratch / f"scores-{bucket}.parquet"
            write_part(frame.sort("run_id", "call", "name", "span_id"), source)
            name = f"part-{generation:06d}-000.parquet"
            moves[source] = workspace.path / "scores" / f"bucket={bucket}" / name
            removed += old
        workspace.apply(moves=moves, removed=removed)
    return changed


def _of(server: str) -> pl.Expr:
    return (pl.col("source") == "human") & (
        (pl.col("scorer") == server) | pl.col("scorer").str.starts_with(f"{server}:")
    )


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """Return in how many rows two tables differ; the order of rows is none."""
    old, new = set(map(repr, before.iter_rows())), set(map(repr, after.iter_rows()))
    return max(len(old - new), len(new - old))
