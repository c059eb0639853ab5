"""Second pass: the spans of whole runs become frames of every table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from midspan.pipelines.ingest.assembly.calls import join_calls
from midspan.pipelines.ingest.assembly.columns import (
    AssembledRun,
    call_columns,
    span_columns,
    text_columns,
    tool_columns,
)
from midspan.pipelines.ingest.assembly.exports import merge_repeated
from midspan.pipelines.ingest.assembly.frames import Gathered
from midspan.pipelines.ingest.assembly.joins import as_received
from midspan.pipelines.ingest.assembly.run_row import run_row
from midspan.pipelines.ingest.assembly.structure import read_structure
from midspan.pipelines.ingest.logs.joining import LogRecords
from midspan.pipelines.ingest.span import Span, Tool, key_of
from midspan.pipelines.ingest.stored import JOINS
from midspan.pipelines.records import PlannedRun, ResultRecord
from midspan.scorers.faults import FAULT_COLUMNS, derive_faults
from midspan.scorers.tables import CALLS, RUNS, SPANS, TEXT, TOOLS

INFRA_ENDINGS: Final = {"launch_failed", "platform"}

_GATHERED: Final = {
    "spans": SPANS.schema,
    "text": pl.Schema({**TEXT.schema, JOINS: pl.String()}),
    "calls": pl.Schema({n: t for n, t in CALLS.schema.items() if n not in FAULT_COLUMNS}),
    "runs": RUNS.schema,
    "tools": TOOLS.schema,
}
"""What is gathered from runs; the rest of the calls table is derived from that."""


@dataclass(kw_only=True)
class Records:
    """Plans and results by run, as read from beside the spans."""

    plans: dict[str, PlannedRun] = field(default_factory=dict)
    results: dict[str, dict[int, ResultRecord]] = field(default_factory=dict)

    def run_ids(self) -> set[str]:
        """Return every run that a record speaks of."""
        return {*self.plans, *self.results}

    def of_runs(self, run_ids: Iterable[str]) -> "Records":
        """Return the records of some runs."""
        chosen = list(run_ids)
        return Records(
            plans={run_id: self.plans[run_id] for run_id in chosen if run_id in self.plans},
            results={run_id: self.results[run_id] for run_id in chosen if run_id in self.results},
        )

    def launch_that_counts(self, run_id: str, seen: Iterable[int]) -> int:
        """Return the highest launch that did not end by the platform's fault, else the highest."""
        results = self.results.get(run_id, {})
        launches = {*results, *seen} or {0}
        infra = {n for n, result in results.items() if result.ended_by in INFRA_ENDINGS}
        return max(launches - infra or launches)


@dataclass(kw_only=True)
class Assembled:
    """Frames of the tables, and how many spans of each source file were merged into others."""

    frames: dict[str, pl.DataFrame]
    merged: Counter[int]


def assemble(
    runs: Mapping[str, list[Span]], records: Records, logs: LogRecords | None = None
) -> Assembled:
    """Return the tables of some runs; a run without spans stands in the runs table alone.

    Rows come in the order in which tables hold them: runs by id, and in each its spans by time.
    """
    logs = logs or LogRecords()
    merged: Counter[int] = Counter()
    tables = {name: Gathered(schema) for name, schema in _GATHERED.items()}
    tool_sets: set[tuple[Tool, ...]] = set()
    for run_id in sorted(runs):
        launch = records.launch_that_counts(run_id, {span.launch for span in runs[run_id]})
        run = _assembled(run_id, runs[run_id], launch, logs, merged)
        result = records.results.get(run_id, {}).get(launch)
        plan = records.plans.get(run_id)
        tables["runs"].add_row(run_row(run_id, run.structure, run.calls, plan, result, launch))
        tables["spans"].add(span_columns(run))
        tables["text"].add(text_columns(run))
        tables["calls"].add(call_columns(run))
        tool_sets.update(node.span.tools for node in run.structure.nodes if node.span.tools)
    for tools in tool_sets:
        tables["tools"].add(tool_columns(tools))
    frames = {name: table.frame() for name, table in tables.items()}
    calls = derive_faults(frames["calls"], frames["spans"], frames["tools"])
    frames["calls"] = calls.sort("run_id", "call")
    frames["tools"] = frames["tools"].unique(subset=["digest", "name"]).sort("digest", "name")
    return Assembled(frames=frames, merged=merged)


def _assembled(
    run_id: str, spans: Sequence[Span], launch: int, logs: LogRecords, merged: Counter[int]
) -> AssembledRun:
    merged.update(span.source for span in spans if span.launch != launch)
    unique = merge_repeated((span for span in spans if span.launch == launch), merged)
    logs.apply(unique)
    received = {key_of(span): as_received(span) for span in unique}
    structure = read_structure(unique)
    calls = join_calls(structure)
    return AssembledRun(run_id=run_id, structure=structure, calls=calls, received=received)
