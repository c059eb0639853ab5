"""A sweep's directory holds all that a worker needs, and holds it as it was planned."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import read_plan
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.sources import SuiteFiles
from midspan.pipelines.sweep.stored import (
    planned_before,
    require_storable,
    store_sweep,
    stored_sweep,
)
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.git import Repository
from tests.support.sweeps import made_up, planned, sha_of, write_suite

PARTS: dict[str, Any] = {
    "tasks": [{"id": "ask", "prompt": "p", "files": ["inputs"]}],
    "files": {"inputs/a.txt": "a", "inputs/deep/b.txt": "b", "other.txt": "x"},
    "matrix": {"revisions": ["v1.0", {"ref": "3f1c2ab", "name": "cli+skill"}]},
    "target": {"repository": "https://example.org/lib"},
}


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    return SweepFolder(tmp_path / "sweep")


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    return planned(tmp_path / "suite", **PARTS)


def files_below(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_what_is_stored(plan: SweepPlan, folder: SweepFolder) -> None:
    store_sweep(plan, folder)
    assert files_below(folder.root) == [
        ".lock",
        "spool/plan.jsonl",
        "suite/experiment.json",
        "suite/inputs/a.txt",
        "suite/inputs/deep/b.txt",
        "suite/suite.yaml",
    ]
    assert folder.suite_file.read_bytes() == plan.suite_file.read_bytes()
    stored = json.loads(folder.experiment_file.read_text())
    assert len(stored.pop("suite_digest")) == 32
    assert stored == {
        "contract": 1,
        "experiment": "shop",
        "repository": "https://example.org/lib",
        "revisions": {
            "v1.0": {"ref": "v1.0", "sha": sha_of("v1.0")},
            "cli+skill": {"ref": "3f1c2ab", "sha": sha_of("3f1c2ab")},
        },
    }
    assert list(read_plan(folder.plan)) == [run.planned for run in plan.runs]


def test_the_stored_copy_plans_the_same_runs(plan: SweepPlan, folder: SweepFolder) -> None:
    """Wherever it lies, and with the suite it was copied from gone."""
    store_sweep(plan, folder)
    plan.suite_file.unlink()
    elsewhere = SweepFolder(folder.root.rename(folder.root.with_name("moved")))
    again = stored_sweep(elsewhere)
    assert again.runs == plan.runs
    assert again.suite == plan.suite
    assert again.experiment == "shop"
    assert again.folder == elsewhere.suite


def test_a_repository_beside_the_suite_is_found_from_the_copy(
    tmp_path: Path, folder: SweepFolder
) -> None:
    Repository(tmp_path / "lib").commit("one")
    plan = planned(tmp_path / "suite", **{**PARTS, "target": {"repository": "../lib"}})
    store_sweep(plan, folder)
    target = stored_sweep(folder).suite.target
    assert target is not None
    assert target.repository == str((tmp_path / "lib").resolve())


def test_an_unchanged_suite_is_left_alone(plan: SweepPlan, folder: SweepFolder) -> None:
    store_sweep(plan, folder)
    before = folder.suite.stat().st_ino
    store_sweep(plan, folder)
    assert folder.suite.stat().st_ino == before
    assert sorted(path.name for path in folder.root.iterdir()) == [".lock", "spool", "suite"]


def test_a_changed_suite_takes_its_place(
    tmp_path: Path, plan: SweepPlan, folder: SweepFolder
) -> None:
    store_sweep(plan, folder)
    other = {**PARTS, "tasks": [{"id": "other", "prompt": "q"}]}
    changed = planned(tmp_path / "suite", **other)
    store_sweep(changed, folder)
    assert files_below(folder.suite) == ["experiment.json", "suite.yaml"]
    assert [run.task for run in planned_before(folder)] == ["other"] * 4
    assert stored_sweep(folder).runs == changed.runs


@pytest.mark.parametrize("harm", ["changed", "removed", "added"])
def test_a_copy_that_was_tampered_with_is_told_and_mended(
    plan: SweepPlan, folder: SweepFolder, harm: str
) -> None:
    store_sweep(plan, folder)
    match harm:
        case "changed":
            (folder.suite / "inputs/a.txt").write_text("z")
        case "removed":
            (folder.suite / "inputs/a.txt").unlink()
        case "added":
            (folder.suite / "inputs/new.txt").write_text("z")
    with pytest.raises(InvalidInput, match="was changed since the sweep was begun"):
        stored_sweep(folder)
    store_sweep(plan, folder)
    assert stored_sweep(folder).runs == plan.runs


def test_what_a_killed_one_left_is_in_nobodys_way(plan: SweepPlan, folder: SweepFolder) -> None:
    (folder.root / "suite.part" / "inputs").mkdir(parents=True)
    (folder.root / "suite.old").mkdir()
    store_sweep(plan, folder)
    assert sorted(path.name for path in folder.root.iterdir()) == [".lock", "spool", "suite"]


def test_files_that_change_while_they_are_copied(
    tmp_path: Path, plan: SweepPlan, folder: SweepFolder
) -> None:
    (tmp_path / "suite" / "inputs" / "a.txt").write_text("changed since it was planned")
    with pytest.raises(InvalidInput, match="was changed, or a file it names, while it was read"):
        store_sweep(plan, folder)
    assert not folder.suite.exists()
    assert not folder.plan.exists()


def test_a_suite_may_have_any_name(tmp_path: Path, folder: SweepFolder) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    suite = suite.rename(suite.with_name("may.yaml"))
    plan = planned_sweep(suite, resolve=made_up)
    store_sweep(plan, folder)
    assert stored_sweep(folder).runs == plan.runs


def test_a_suite_elsewhere_is_another_folders_business(
    tmp_path: Path, plan: SweepPlan, folder: SweepFolder
) -> None:
    (folder.root / "suite").mkdir(parents=True)
    (folder.root / "suite" / "mine.txt").write_text("x")
    with pytest.raises(InvalidInput, match="suite: is there already, and no sweep made it"):
        store_sweep(plan, folder)
    assert files_below(folder.root) == ["suite/mine.txt"]


def test_one_directory_is_one_experiment(
    tmp_path: Path, plan: SweepPlan, folder: SweepFolder
) -> None:
    store_sweep(plan, folder)
    other = planned(tmp_path / "suite", experiment="may", **PARTS)
    with pytest.raises(InvalidInput) as caught:
        store_sweep(other, folder)
    assert str(caught.value) == (
        f"{folder.root}: holds the sweep of the experiment 'shop', and this is 'may'\n"
        "Name another directory: --into sweeps/may"
    )


def test_files_of_the_suite_where_a_sweep_keeps_its_own_are_refused(tmp_path: Path) -> None:
    tasks = [{"id": "ask", "prompt": "p", "files": ["logs/a.txt"]}]
    plan = planned(tmp_path / "suite", **{**PARTS, "tasks": tasks, "files": {"logs/a.txt": "a"}})
    with pytest.raises(InvalidInput, match=r"a\.txt: is a file of the suite, and lies where a"):
        store_sweep(plan, SweepFolder(tmp_path / "suite"))


@pytest.mark.parametrize("name", ["inputs", "inputs/deep/sweep"])
def test_a_directory_within_what_runs_are_given_is_refused(tmp_path: Path, name: str) -> None:
    """Else each sweep would be among the files of the next, and make other runs of all."""
    plan = planned(tmp_path / "suite", **PARTS)
    with pytest.raises(InvalidInput, match=r"lies in .*/inputs, which the suite copies into runs"):
        store_sweep(plan, SweepFolder(tmp_path / "suite" / name))


@pytest.mark.parametrize("name", [".", "sweeps/shop"])
def test_beside_the_suite_is_fine(tmp_path: Path, name: str) -> None:
    plan = planned(tmp_path / "suite", **PARTS)
    folder = SweepFolder(tmp_path / "suite" / name)
    store_sweep(plan, folder)
    assert planned(tmp_path / "suite", **PARTS).runs == plan.runs


def test_the_copy_is_no_suite_to_begin_with(plan: SweepPlan, folder: SweepFolder) -> None:
    store_sweep(plan, folder)
    again = planned_sweep(folder.suite_file, resolve=made_up)
    with pytest.raises(InvalidInput, match="is the copy that a sweep keeps"):
        store_sweep(again, folder)


def test_a_file_where_the_directory_should_be(plan: SweepPlan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    files = SuiteFiles(plan.suite, plan.suite_file)
    with pytest.raises(InvalidInput, match="file: is no directory"):
        require_storable(plan, SweepFolder(tmp_path / "file"), files)


def test_a_file_cannot_be_called_as_those_of_the_copy(tmp_path: Path, folder: SweepFolder) -> None:
    plan = planned(
        tmp_path / "suite",
        tasks=[{"id": "ask", "prompt": "p", "files": ["experiment.json"]}],
        files={"experiment.json": "{}"},
    )
    with pytest.raises(InvalidInput, match=r"a file of its own that is called experiment\.json"):
        store_sweep(plan, folder)


def test_only_one_at_a_time_writes(
    plan: SweepPlan, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from midspan.pipelines.storage.locks import only_writer

    monkeypatch.setattr("midspan.pipelines.storage.locks.WRITERS_GIVEN", 0.0)
    folder.root.mkdir()
    with (
        only_writer(folder.root),
        pytest.raises(SurroundingsError, match="another midspan command is writing here"),
    ):
        store_sweep(plan, folder)


def test_a_directory_without_a_sweep(folder: SweepFolder) -> None:
    with pytest.raises(InvalidInput) as caught:
        stored_sweep(folder)
    assert str(caught.value) == (
        f"{folder.root}: holds no sweep (no suite/experiment.json)\n"
        f"Begin one with: midspan sweep run suite.yaml --into {folder.root}"
    )
