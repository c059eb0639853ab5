"""A changed suite keeps what was paid for, and it is said which runs that is about."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.changes import unplanned
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.stored import store_sweep
from midspan.scorers.errors import InvalidInput
from tests.support.sweeps import finish, planned

MODEL = {"name": "lab/a", "endpoint": "http://127.0.0.1:9/v1"}
PARTS: dict[str, Any] = {
    "tasks": [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}],
    "matrix": {"models": [MODEL], "revisions": ["v1.0"]},
    "target": {"repository": "https://example.org/lib"},
    "harnesses": {
        "loop": {"kind": "openai-loop"},
        "mine": {"kind": "python", "function": "agent:run"},
    },
    "files": {"agent.py": "1"},
}


@pytest.fixture
def begun(tmp_path: Path) -> tuple[SweepFolder, SweepPlan]:
    """A sweep of which one run of each task is done."""
    folder = SweepFolder(tmp_path / "sweep")
    plan = planned(tmp_path / "suite", **PARTS)
    store_sweep(plan, folder)
    for task in ("one", "two"):
        run = next(run for run in plan.runs if run.task.id == task)
        finish(folder.spool, run.run_id)
    return folder, plan


def changed_settings(plan: SweepPlan, folder: SweepFolder) -> list[str]:
    return list(outlook(plan, folder).changed.names)


def changed(folder: SweepFolder, **parts: Any) -> SweepPlan:
    return planned(folder.root.parent / "suite", **{**PARTS, **parts})


def test_an_unchanged_suite(begun: tuple[SweepFolder, SweepPlan]) -> None:
    folder, plan = begun
    assert unplanned(plan, folder) == []
    assert changed_settings(plan, folder) == []


def test_a_changed_prompt_leaves_runs_behind(begun: tuple[SweepFolder, SweepPlan]) -> None:
    folder, plan = begun
    tasks = [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "other"}]
    again = changed(folder, tasks=tasks)
    [left] = unplanned(again, folder)
    assert left.planned is not None
    assert left.planned.task == "two"
    ahead = outlook(again, folder)
    assert (ahead.counts.planned, ahead.counts.done) == (8, 1)

    # Also when they are in no plan any more, nor in the one before.
    store_sweep(again, folder)
    [left] = unplanned(again, folder)
    assert left.planned is None

    # And they count again when the suite is what it was.
    before = changed(folder)
    assert before.runs == plan.runs
    store_sweep(before, folder)
    assert unplanned(before, folder) == []
    assert outlook(before, folder).counts.done == 2


def test_a_run_that_never_began_is_left_out(begun: tuple[SweepFolder, SweepPlan]) -> None:
    folder, _ = begun
    assert len(unplanned(changed(folder, matrix={**PARTS["matrix"], "trials": 1}), folder)) == 0


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            {"matrix": {**PARTS["matrix"], "models": [MODEL | {"sampling": {"temperature": 0}}]}},
            "model lab/a (sampling)",
        ),
        (
            {"matrix": {**PARTS["matrix"], "models": [MODEL | {"revision": "abc"}]}},
            "model lab/a (revision)",
        ),
        (
            {"harnesses": {**PARTS["harnesses"], "loop": {"kind": "pi"}}},
            "harness loop",
        ),
        ({"files": {"agent.py": "2"}}, "harness mine (its files)"),
        (
            {"target": {**PARTS["target"], "install": ".[cli]", "python": "3.12"}},
            "target (install, python)",
        ),
        (
            {"tasks": [{"id": "one", "prompt": "1", "budget": {"turns": 2}}, PARTS["tasks"][1]]},
            "task one (budget)",
        ),
        (
            {
                "tasks": [
                    PARTS["tasks"][0],
                    {**PARTS["tasks"][1], "checks": [{"kind": "exact", "value": "2"}]},
                ]
            },
            "task two (checks)",
        ),
    ],
)
def test_settings_that_make_no_other_runs(
    begun: tuple[SweepFolder, SweepPlan], parts: dict[str, Any], told: str
) -> None:
    folder, plan = begun
    for run in plan.runs:
        finish(folder.spool, run.run_id)
    again = changed(folder, **parts)
    assert [run.run_id for run in again.runs] == [run.run_id for run in plan.runs]
    assert changed_settings(again, folder) == [told]
    # It is told each time: the stored copy is the changed one from now on.
    store_sweep(again, folder)
    assert changed_settings(again, folder) == [told]
    # And is no more when the suite is what it was.
    assert changed_settings(changed(folder), folder) == []


def test_runs_are_told_apart_by_what_they_were_done_under(
    begun: tuple[SweepFolder, SweepPlan],
) -> None:
    folder, _ = begun
    matrix = {**PARTS["matrix"], "models": [MODEL | {"sampling": {"temperature": 0}}]}
    again = changed(folder, matrix=matrix)
    store_sweep(again, folder)
    later = next(run for run in again.runs if run.planned.trial == 1)
    finish(folder.spool, later.run_id)
    # The two of before; the one that was done since is as the suite has it now.
    assert outlook(again, folder).changed.runs == 2
    before = changed(folder)
    store_sweep(before, folder)
    assert outlook(before, folder).changed.runs == 1
    assert outlook(changed(folder, matrix=matrix), folder).changed.runs == 2


def test_a_history_that_cannot_be_read_is_told(begun: tuple[SweepFolder, SweepPlan]) -> None:
    folder, plan = begun
    folder.history.write_text("{")
    with pytest.raises(InvalidInput, match=r"history\.json: does not say under which settings"):
        outlook(plan, folder)


def test_they_are_no_matter_before_a_run_is_done(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path / "sweep")
    store_sweep(planned(tmp_path / "suite", **PARTS), folder)
    again = changed(folder, files={"agent.py": "2"})
    assert changed_settings(again, folder) == []


def test_a_harness_of_another_version_makes_other_runs(
    begun: tuple[SweepFolder, SweepPlan],
) -> None:
    folder, _ = begun
    harnesses = {**PARTS["harnesses"], "loop": {"kind": "openai-loop", "version": "2"}}
    again = changed(folder, harnesses=harnesses)
    assert changed_settings(again, folder) == []
    assert len(unplanned(again, folder)) == 2


def test_a_new_directory_has_nothing_to_tell(tmp_path: Path) -> None:
    plan = planned(tmp_path / "suite", **PARTS)
    folder = SweepFolder(tmp_path / "sweep")
    assert unplanned(plan, folder) == []
    assert changed_settings(plan, folder) == []
