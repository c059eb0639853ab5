"""Spans that a workspace holds already, as normalised spans again, for late ones to join."""

from collections.abc import Collection, Iterator, Set
from typing import Any, Final

import msgspec
import polars as pl

from midspan.pipelines.ingest.span import Emitted, Span, Tool
from midspan.pipelines.workspace import Workspace

JOINS: Final = "joins"
"""A private column of the text table's files: what only putting runs together needs, as JSON."""


def runs_touched(
    workspace: Workspace, *, run_ids: Set[str], traces: Set[str], sessions: Set[str]
) -> list[str]:
    """Return the stored runs that new spans may change.

    A trace may move its session's other traces to another run, so these are touched with it.
    """
    spans = workspace.table("spans").select("run_id", "trace_id", "session")
    while True:
        found = (
            spans.filter(
                pl.col("run_id").is_in(list(run_ids))
                | pl.col("trace_id").is_in(list(traces))
                | pl.col("session").is_in(list(sessions))
            )
            .select("run_id", "session")
            .unique()
            .collect()
        )
        reached = sessions | set(found["session"].drop_nulls())
        if reached == sessions:
            return found["run_id"].unique().sort().to_list()
        sessions = reached


def stored_spans(workspace: Workspace, run_ids: Collection[str]) -> Iterator[Span]:
    """Yield the spans of stored runs."""
    wanted = pl.col("run_id").is_in(list(run_ids))
    yield from spans_of(
        workspace.table("spans").filter(wanted),
        workspace.files("text").filter(wanted),
        workspace.table("tools"),
    )


def spans_of(spans: pl.LazyFrame, text: pl.LazyFrame, tools: pl.LazyFrame) -> Iterator[Span]:
    """Yield the spans in rows of the tables; those of `text` have the private columns."""
    sets = _tools(tools)
    rows = spans.join(text, on=["run_id", "trace_id", "span_id"]).collect()
    for row in rows.iter_rows(named=True):
        yield _span(row, sets)


def _span(row: dict[str, Any], tools: dict[str, tuple[Tool, ...]]) -> Span:
    joins = msgspec.json.decode(row[JOINS] or "{}")
    was = joins.pop("was", {})
    names = set(Span.__struct_fields__) & set(row)
    values = {name: row[name] for name in names} | {"agent": None} | joins
    if row["emitted"] is not None:
        values["emitted"] = [Emitted(**call) for call in row["emitted"]]
    if row["tools_digest"] is not None:
        values["tools"] = tools.get(row["tools_digest"], ())  # a set without tools has no rows
    values |= was
    for name, type_ in (("emitted", list[Emitted] | None), ("tools", tuple[Tool, ...] | None)):
        if name in was:
            values[name] = msgspec.convert(was[name], type_)
    return Span(**values)


def _tools(tools: pl.LazyFrame) -> dict[str, tuple[Tool, ...]]:
    sets: dict[str, list[Tool]] = {}
    for digest, *fields in tools.collect().iter_rows():
        sets.setdefault(digest, []).append(Tool(*fields))
    return {digest: tuple(members) for digest, members in sets.items()}
