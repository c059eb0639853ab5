"""`midspan sweep plan`: the matrix, what is done, what it costs, what keeps it from running."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.stored import store_sweep
from midspan.pipelines.sweep.under_way import LOCKS
from midspan.pipelines.sweep.worker.claims import claimed
from tests.pipelines.cli.conftest import Midspan
from tests.support.git import Repository
from tests.support.sweeps import finish, made_up, write_suite

PARTS: dict[str, Any] = {
    "tasks": [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}],
    "matrix": {"models": [{"name": "lab/a"}, {"name": "lab/b"}], "trials": 3},
    "harnesses": {"own": {"kind": "command", "argv": ["true"], "instrument": "auto"}},
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def begun(suite: Path, into: Path, *, done: int) -> SweepFolder:
    """A sweep some of whose runs are done, each in a minute."""
    folder, plan = SweepFolder(into), planned_sweep(suite, resolve=made_up)
    store_sweep(plan, folder)
    for run in plan.runs[:done]:
        finish(folder.spool, run.run_id, seconds=60)
    return folder


def test_a_new_sweep(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    done = midspan("sweep", "plan", suite)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "shop: 2 models x 1 harness x 2 tasks x 3 trials = 12 runs",
        "",
        "model  one  two",
        "lab/a    3    3",
        "lab/b    3    3",
        "",
        "12 runs: 0 done, 12 missing",
        "On this machine, 1 run at a time: at most 1 h",
        "Directory: sweeps/shop",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["suite"]


def test_one_that_is_half_done(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    folder = begun(suite, tmp_path / "sweep", done=5)
    plan = planned_sweep(suite, resolve=made_up)
    finish(folder.spool, plan.runs[5].run_id, ended_by="platform")
    (folder.spool / f"{plan.runs[6].run_id}-0.result.json").write_text("{")
    done = midspan("sweep", "plan", suite, "--into", folder.root)
    assert done.code == 0
    assert done.out.splitlines()[2:] == [
        "model  one  two",
        "lab/a  3/3  2/3",
        "lab/b  0/3  0/3",
        "",
        "12 runs: 5 done, 2 to run again, 5 missing",
        "On this machine, 1 run at a time: at most 35 min, about 7 min by 5 runs that are done",
        f"Directory: {folder.root}",
    ]
    assert "-0.result.json: not a result record" in done.err
    assert done.err.endswith(": its run is started again\n")


@pytest.mark.skipif(not LOCKS.exists(), reason="the system does not tell which locks are held")
def test_runs_that_a_worker_is_at(midspan: Midspan, tmp_path: Path) -> None:
    """They stay the worker's: to look does not take their locks."""
    suite = write_suite(tmp_path / "suite", **PARTS)
    folder = begun(suite, tmp_path / "sweep", done=5)
    ids = [run.run_id for run in planned_sweep(suite, resolve=made_up).runs]
    folder.claims.mkdir()
    folder.claim_of(ids[7]).touch()  # of a worker that was killed
    with claimed(folder.claim_of(ids[5])), claimed(folder.claim_of(ids[6])):
        done = midspan("sweep", "plan", suite, "--into", folder.root)
    assert "12 runs: 5 done, 7 missing (2 under way)\n" in done.out


def test_one_that_is_done(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    folder = begun(suite, tmp_path / "sweep", done=12)
    done = midspan("sweep", "plan", suite, "--into", folder.root)
    assert "12 runs: 12 done, 0 missing\nNothing is left to do.\n" in done.out


def test_a_suite_that_was_changed(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    folder = begun(suite, tmp_path / "sweep", done=6)
    tasks = [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "other"}]
    write_suite(
        tmp_path / "suite",
        **{
            **PARTS,
            "tasks": tasks,
            "matrix": {
                **PARTS["matrix"],
                "models": [{"name": "lab/a", "sampling": {"seed": 1}}, {"name": "lab/b"}],
            },
        },
    )
    before = folder.plan.read_bytes()
    done = midspan("sweep", "plan", suite, "--into", folder.root)
    assert done.code == 0
    assert "12 runs: 3 done, 9 missing\n" in done.out
    assert done.err.splitlines() == [
        f"3 runs no longer planned, kept in {folder.spool}: lab/a · own · two (3)",
        "3 runs were done before these were changed: model lab/a (sampling); "
        "kept beside the others (--experiment NAME runs all anew)",
    ]
    assert folder.plan.read_bytes() == before


def test_revisions_are_shown_with_their_commits(midspan: Midspan, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "lib")
    old = repository.commit("one")
    repository.git("tag", "v1.0")
    new = repository.commit("two")
    suite = write_suite(
        tmp_path / "suite",
        **{
            **PARTS,
            "matrix": {**PARTS["matrix"], "revisions": ["v1.0", {"ref": "main", "name": "new"}]},
        },
        target={"repository": "../lib", "install": None},
    )
    done = midspan("sweep", "plan", suite)
    assert f"{(tmp_path / 'lib').resolve()}: v1.0 = {old[:12]}, new = {new[:12]}\n" in done.out


def test_a_branch_that_moved_is_what_it_was(midspan: Midspan, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "lib")
    old = repository.commit("one")
    suite = write_suite(
        tmp_path / "suite",
        **{**PARTS, "matrix": {**PARTS["matrix"], "revisions": ["main"]}},
        target={"repository": "../lib", "install": None},
    )
    folder = SweepFolder(tmp_path / "sweep")
    store_sweep(planned_sweep(suite, resolve=resolver()), folder)
    repository.commit("two")
    done = midspan("sweep", "plan", suite, "--into", folder.root)
    assert f"main = {old[:12]} (as when this sweep began)\n" in done.out
    assert old[:12] not in midspan("sweep", "plan", suite).out


def test_what_has_to_be_mended_stands_below(midspan: Midspan, tmp_path: Path) -> None:
    models = [
        {"name": "lab/a", "endpoint": "http://127.0.0.1:9/v1", "key_env": "NO_SUCH_KEY"},
        {"name": "lab/b", "endpoint": "http://127.0.0.1:9/v1"},
    ]
    suite = write_suite(tmp_path / "suite", **{**PARTS, "matrix": {"models": models}})
    done = midspan("sweep", "plan", suite)
    assert done.code == 4
    assert "8 runs: 0 done, 8 missing" in done.out
    assert done.err.splitlines() == [
        "",
        "Not yet: these have to be mended first.",
        "- the variable NO_SUCH_KEY is not set; it is to hold the key for lab/a",
        "  export NO_SUCH_KEY=...   (the suite's `key_env` names it)",
        "- http://127.0.0.1:9/v1: the server of lab/a does not answer: Connection refused",
        "  Start it, or correct `endpoint` in the suite, then run the same command again.",
    ]


def test_without_a_plan_only_the_problems_are_told(midspan: Midspan, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "lib")
    repository.commit("one")
    repository.git("tag", "v5.9.0")
    suite = write_suite(
        tmp_path / "suite",
        **{**PARTS, "matrix": {**PARTS["matrix"], "revisions": ["v5.9"]}},
        target={"repository": "../lib"},
    )
    done = midspan("sweep", "plan", suite)
    assert (done.code, done.out) == (2, "")
    assert "has no commit, tag or branch 'v5.9'. Did you mean v5.9.0?" in done.err
    done = midspan("sweep", "plan", suite, "--json")
    assert (done.code, done.err) == (2, "")
    [problem] = json.loads(done.out)["problems"]
    assert "Did you mean v5.9.0?" in problem["what"]


def test_a_matrix_of_nothing(midspan: Midspan, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text("suite: shop\ncontract: 1\ntasks: [{id: ask, prompt: p}]\n")
    done = midspan("sweep", "plan", suite)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"midspan sweep: {suite}: has no `matrix`, so there is nothing to run",
        "Add `matrix: {models: [...], harnesses: [...]}`; docs/suite.md shows one.",
    ]


def test_all_of_it_as_json(midspan: Midspan, tmp_path: Path) -> None:
    models = [{"name": "lab/a", "endpoint": "http://127.0.0.1:9/v1", "key_env": "NO_SUCH_KEY"}]
    suite = write_suite(tmp_path / "suite", **{**PARTS, "matrix": {"models": models}})
    done = midspan("sweep", "plan", suite, "--experiment", "may", "--json")
    assert (done.code, done.err) == (4, "")
    found = json.loads(done.out)
    assert found["experiment"] == "may"
    assert found["into"] == "sweeps/may"
    assert found["runs"]["missing"] == 4
    assert [problem["what"] for problem in found["problems"]] == [
        "the variable NO_SUCH_KEY is not set; it is to hold the key for lab/a",
        "http://127.0.0.1:9/v1: the server of lab/a does not answer: Connection refused",
    ]


def test_the_starter_suite_can_be_planned(midspan: Midspan, tmp_path: Path) -> None:
    """All that it lacks is a server of one's own model."""
    midspan("init", tmp_path / "start")
    done = midspan("sweep", "plan", tmp_path / "start" / "suite.yaml")
    assert done.code == 4
    assert "= 6 runs" in done.out
    assert [line for line in done.err.splitlines() if line.startswith("- ")] == [
        "- http://127.0.0.1:8000/v1: the server of my-model does not answer: Connection refused"
    ]


class TestTheGroup:
    def test_it_says_what_each_is_for(self, midspan: Midspan) -> None:
        done = midspan("sweep", "--help")
        assert done.code == 0
        for name in ("plan", "run", "worker", "status", "logs", "cancel", "fetch"):
            assert f"\n  {name} " in done.out

    @pytest.mark.parametrize("name", ["plan", "run", "worker", "status", "logs", "cancel", "fetch"])
    def test_each_helps_with_an_example(self, midspan: Midspan, name: str) -> None:
        done = midspan("sweep", name, "--help")
        assert done.code == 0
        assert done.out.startswith(f"Usage: midspan sweep {name} ")
        assert f"midspan sweep {name}" in done.out.partition("Example:")[2]

    def test_a_slip_of_the_hand(self, midspan: Midspan) -> None:
        done = midspan("sweep", "statsu")
        assert done.code == 2
        assert "No such command 'statsu'. Did you mean 'status'?" in done.err
