"""How the planned runs of a sweep came out: each once, whether it was run or not."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.selection import AXES, value_of
from midspan.pipelines.sweep.worker import Worked
from midspan.pipelines.workspace import Workspace

NOT_RUN: Final = "not run"
"""A planned run that was not begun."""
UNKNOWN: Final = "unknown"
"""A run with a result, and without an outcome: scoring says why."""


def outcomes(runs: Iterable[SweepRun], worked: Worked, workspace: Workspace | None) -> pl.DataFrame:
    """Return a row for each planned run: its axes, and its outcome."""
    missing, infra = set(worked.missing), set(worked.infra)
    labels = _labels(workspace) if workspace is not None else {}
    rows = [
        {axis: value_of(run, axis) for axis in AXES}
        | {
            "run_id": run.run_id,
            "outcome": (
                NOT_RUN
                if run.run_id in missing
                else "infra"
                if run.run_id in infra
                else labels.get(run.run_id, UNKNOWN)
            ),
        }
        for run in runs
    ]
    schema = dict.fromkeys((*AXES, "run_id", "outcome"), pl.String)
    return pl.DataFrame(rows, schema=schema)


def _labels(workspace: Workspace) -> dict[str, str]:
    found = (
        workspace.table("scores")
        .filter((pl.col("name") == "outcome") & pl.col("label").is_not_null())
        .select("run_id", "label")
        .collect()
    )
    return dict(found.iter_rows())
