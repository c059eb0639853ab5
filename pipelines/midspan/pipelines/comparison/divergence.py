"""Finds where one run of a workspace leaves another."""

import polars as pl

from midspan.pipelines.scoring.chunks import judged_tables
from midspan.pipelines.scoring.told_runs import find_run
from midspan.pipelines.workspace import Workspace
from midspan.scorers.divergence import Divergence, divergence
from midspan.scorers.errors import InvalidInput
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.setting import default_setting

_TABLES = ("runs", "calls", "spans", "text")


def diverging_runs(workspace: Workspace, first: str, second: str) -> Divergence:
    """Return where the second of two runs leaves the first; both are of one task.

    The first digits of their ids are enough.
    """
    ids = find_run(workspace, first), find_run(workspace, second)
    if ids[0] == ids[1]:
        raise InvalidInput(
            f"{first} and {second} are the same run, {ids[0]}",
            fix=f"Name another one: midspan table {workspace.path} runs",
        )
    of_both = pl.col("run_id").is_in(ids)
    read = {name: workspace.table(name).filter(of_both) for name in _TABLES}
    tables = judged_tables(read, workspace.table("tools"), default_setting())
    found = {run.id: run for run in runs_of(tables)}
    one, other = (found[run_id] for run_id in ids)
    _require_one_task(workspace, one, other)
    return divergence(one, other)


def _require_one_task(workspace: Workspace, one: Run, other: Run) -> None:
    if None in (one.task, other.task) or one.task == other.task:
        return
    raise InvalidInput(
        f"the runs are of two tasks, {one.task} and {other.task}: their calls differ by intent",
        fix="Name two runs of one task: "
        f"midspan table {workspace.path} runs --where task={one.task}",
    )
