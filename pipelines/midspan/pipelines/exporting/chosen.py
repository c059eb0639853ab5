"""Which runs are exported: the failed ones, those that succeeded, or all of them."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from midspan.pipelines.scoring.chunks import Chunks
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.runs import told_outcomes
from midspan.scorers.outcomes import with_outcome
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.setting import default_setting

Tool = dict[str, Any]


@dataclass(kw_only=True)
class Exported:
    """What has been exported so far."""

    runs: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """Runs of which no record was made, with the reason."""
    redacted: Counter[str] = field(default_factory=Counter)


def chosen_runs(workspace: Workspace, outcomes: Sequence[str] | None) -> Iterator[tuple[Run, str]]:
    """Yield the runs that ended so, each with its outcome; None is all of them."""
    chunks = Chunks(workspace, default_setting())
    for chunk in chunks.every:
        tables = chunks.tables(chunk)
        ended = with_outcome(tables.runs, tables.spans, tables.text)
        told = told_outcomes(ended, chunk.frame("scores", chunks.files))
        asked = pl.lit(True) if outcomes is None else pl.col("outcome").is_in(outcomes)
        found = told.filter(asked).select("run_id", "outcome").collect()
        outcome_of = dict(found.iter_rows())
        wanted = pl.col("run_id").is_in(found["run_id"].implode())
        chosen = replace(
            tables,
            runs=tables.runs.filter(wanted),
            calls=tables.calls.filter(wanted),
            spans=tables.spans.filter(wanted),
            text=tables.text.filter(wanted),
        )
        for run in runs_of(chosen):
            yield run, outcome_of[run.id]


def offered_tools(workspace: Workspace) -> dict[str, list[Tool]]:
    """Return the tools offered together, by digest, as chat templates take them."""
    offered: dict[str, list[Tool]] = {}
    rows = workspace.table("tools").sort("digest", "name").collect()
    for row in rows.iter_rows(named=True):
        function: dict[str, Any] = {"name": row["name"]}
        if row["description"] is not None:
            function["description"] = row["description"]
        if row["schema"] is not None:
            function["parameters"] = json.loads(row["schema"])
        offered.setdefault(row["digest"], []).append({"type": "function", "function": function})
    return offered
