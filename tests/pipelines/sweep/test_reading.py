"""Tables of a sweep hold the runs that are planned, and not those that they took the place of."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import judged
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.reading import planned_files, set_aside_workspace
from midspan.pipelines.sweep.stored import store_sweep
from midspan.pipelines.workspace import Workspace
from tests.support.sweeps import finish, planned

FIRST = [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}]
SECOND = [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "other"}]


def stored(folder: SweepFolder, tasks: Any) -> SweepPlan:
    plan = planned(folder.root.parent / "suite", tasks=tasks)
    store_sweep(plan, folder)
    return plan


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    """A sweep of four runs, all of them done."""
    folder = SweepFolder(tmp_path / "sweep")
    for run in stored(folder, FIRST).runs:
        finish(folder.spool, run.run_id)
    return folder


def runs_in(folder: SweepFolder) -> Counter[tuple[str, str]]:
    rows = Workspace(folder.workspace).table("runs").collect()
    return Counter(rows.select("task", "ended_by").rows())


def test_all_of_a_spool_is_read_where_all_of_it_is_planned(folder: SweepFolder) -> None:
    assert planned_files(folder) == [folder.spool]
    judged(folder)
    assert set_aside_workspace(folder) is None
    assert runs_in(folder) == {("one", "exit"): 2, ("two", "exit"): 2}


def test_runs_that_are_planned_no_more_are_not_in_the_tables(folder: SweepFolder) -> None:
    judged(folder)
    plan = stored(folder, SECOND)
    with pytest.warns(UserWarning, match="holds 2 runs that are planned no more: it is made anew"):
        judged(folder)
    assert runs_in(folder) == {("one", "exit"): 2, ("two", None): 2}
    ids = Workspace(folder.workspace).table("runs").collect()["run_id"].to_list()
    assert sorted(ids) == sorted(run.run_id for run in plan.runs)
    # What was there is kept: people may have written into it.
    before = Workspace(folder.root / "workspace.before-1").table("runs").collect()
    assert before.height == 4
    # And it is made anew once, not each time.
    judged(folder)
    assert not (folder.root / "workspace.before-2").exists()


def test_they_are_back_when_they_are_planned_again(folder: SweepFolder) -> None:
    judged(folder)
    for tasks in (SECOND, FIRST):
        stored(folder, tasks)
        with pytest.warns(UserWarning, match="planned no more"):
            judged(folder)
    assert runs_in(folder) == {("one", "exit"): 2, ("two", "exit"): 2}
    assert (folder.root / "workspace.before-2").is_dir()


def test_files_of_the_planned_are_named(folder: SweepFolder) -> None:
    plan = stored(folder, SECOND)
    done = [run.run_id for run in plan.runs if run.task.id == "one"]
    (folder.spool / f"{done[0]}-0.otlp.jsonl").write_text("{}\n")
    (folder.spool / f"{done[0]}-1.otlp.jsonl.part").touch()
    (folder.spool / "other.otlp.jsonl").write_text("{}\n")
    assert [os.fspath(path.relative_to(folder.spool)) for path in planned_files(folder)] == [
        "plan.jsonl",
        *sorted([f"{done[0]}-0.otlp.jsonl", *(f"{run_id}-0.result.json" for run_id in done)]),
    ]
