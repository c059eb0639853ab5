"""Runs of tasks that a suite does not have: it expects nothing of them, and a name may be wrong."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.workspace import Workspace
from midspan.scorers.file_format.problems import suggestion

_LISTED: Final = 3


def unknown_tasks(
    workspace: Workspace, tasks: Collection[str], named: Path, *, some: bool = False
) -> Iterator[str]:
    """Yield what is to be said of runs whose tasks are not among those of a file.

    Runs that never began, and runs of which nobody said the task, are no matter. `some` says that
    the file is meant for some tasks alone: then it is odd only if no run is of any of them.
    """
    began = workspace.table("runs").filter(pl.col("status").cast(pl.String) != "missing")
    found = began.group_by("task").agg(runs=pl.len()).drop_nulls("task").collect()
    if not any(task in tasks for task in found["task"]):
        yield f"{named}: no run is of any of its tasks, so none is compared"
        return
    unknown = found.filter(~pl.col("task").is_in(list(tasks)))
    if some or unknown.is_empty():
        return
    names = unknown.sort("runs", "task", descending=[True, False])["task"].to_list()
    runs, more = int(unknown["runs"].sum()), len(names) - _LISTED
    told = "1 run is" if runs == 1 else f"{runs:,} runs are"
    of = "a task" if len(names) == 1 else f"{len(names):,} tasks"
    listed = ", ".join(names[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")
    meant = suggestion(names[0], tasks) if len(names) == 1 else ""
    yield f"{named}: {told} of {of} that it does not have: {listed}{meant and f'.{meant}'}"
