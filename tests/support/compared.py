"""Workspaces with runs and scores put in as rows, for what compares them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from midspan.pipelines.workspace import Workspace
from tests.scorers.builders import Row
from tests.scorers.builders import runs as run_rows
from tests.scorers.builders import scores as score_rows
from tests.support.workspaces import put


def workspace_of(
    path: Path, trials: Mapping[str, Mapping[str, str]], *, scored: bool = True, **same: Any
) -> Workspace:
    """Return a workspace of runs by model and task: 1 success, 0 wrong, i infra; a letter a trial.

    Each run took 100 tokens, and 50 more where it was wrong.
    """
    rows: list[Row] = []
    scores: list[Row] = []
    for model, tasks in trials.items():
        for task, ends in tasks.items():
            for trial, end in enumerate(ends):
                run_id = f"{len(rows):032x}"
                row = {"run_id": run_id, "task": task, "model": model, "trial": trial, **same}
                # As planned runs: the same id in every workspace, and a trace of its own in each.
                rows.append(
                    {**row, **_ended(end, trace_id=f"{crc32(bytes(path)):08x}{run_id[8:]}")}
                )
                if scored and end != "i":
                    value = 100.0 if end == "1" else 150.0
                    scores.append({"run_id": run_id, "name": "tokens", "value": value + trial})
    workspace = Workspace.create(path)
    put(workspace, "runs", run_rows(*rows))
    put(workspace, "scores", score_rows(*scores))
    return workspace


def _ended(end: str, *, trace_id: str) -> Row:
    if end == "i":
        return {"planned": True, "status": "missing", "ended_by": "platform"}
    check = {"id": "x", "kind": "state", "passed": end == "1", "detail": None}
    return {
        "planned": True,
        "trace_ids": [trace_id],
        "ended_by": "exit",
        "exit_code": 0,
        "answer": "done",
        "calls": 1,
        "output_tokens": 1,
        "checks": [check],
    }


def tasks(*ends: str) -> dict[str, str]:
    """Return the trials of tasks t0, t1, ..."""
    return {f"t{number}": each for number, each in enumerate(ends)}
