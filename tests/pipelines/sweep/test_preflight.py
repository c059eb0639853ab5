"""What keeps a sweep from beginning is told at once, before anything is written or spent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.preflight import examined_sweep, ready_sweep
from midspan.pipelines.sweep.problems import NotReady, Problem
from midspan.pipelines.sweep.stored import store_sweep
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
from tests.support.git import Repository
from tests.support.sweeps import finish, made_up, write_suite

ALONE: dict[str, Any] = {
    # An agent that knows its own model: no server has to be there.
    "matrix": {"models": [{"name": "lab/small"}]},
    "harnesses": {"own": {"kind": "command", "argv": ["true"], "instrument": "auto"}},
}
JOBS: dict[str, Any] = {"kind": "hf-jobs", "hf_jobs": {"flavor": "a10g-small"}}


def told(suite: Path, into: Path, **more: Any) -> list[str]:
    found = examined_sweep(suite, into=into, environ={}, checks=(), **more)[2]
    return [problem.what for problem in found.problems]


def test_a_sweep_that_can_begin(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **ALONE)
    plan, folder = ready_sweep(suite, into=tmp_path / "sweep", environ={})
    assert len(plan.runs) == 2
    assert folder == SweepFolder(tmp_path / "sweep")
    assert not (tmp_path / "sweep").exists()


def test_it_stands_in_a_folder_of_its_experiment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    suite = write_suite(tmp_path / "suite", **ALONE)
    assert ready_sweep(suite, environ={})[1].root == Path("sweeps/shop")
    assert ready_sweep(suite, experiment="may", environ={})[1].root == Path("sweeps/may")


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "lib")
    repository.commit("one")
    repository.git("tag", "v5.9.0")
    suite = write_suite(
        tmp_path / "suite",
        tasks=[{"id": "ask", "prompt": "p"}],
        matrix={
            "models": [
                {"name": "lab/a", "endpoint": "http://127.0.0.1:9/v1"},
                {"name": "lab/b", "endpoint": "http://127.0.0.1:9/v1", "key_env": "LAB_KEY"},
            ],
            "revisions": ["v5.9", "5.9.0"],
        },
        target={"repository": "../lib"},
        harnesses={"mine": {"kind": "command", "argv": ["no-such-agent-here"]}},
        profile="gone.yaml",
    )
    with pytest.raises(NotReady) as caught:
        ready_sweep(suite, into=tmp_path / "sweep", environ={}, checks=())
    assert caught.value.exit_code == Exit.NOT_EVALUATED
    lib = (tmp_path / "lib").resolve()
    lines = str(caught.value).splitlines()
    assert lines[:9] == [
        "5 problems; nothing was started",
        f"- {tmp_path}/suite/gone.yaml: there is no such file",
        "  `midspan init DIR` writes a suite and a profile to start from.",
        f"- {lib} has no commit, tag or branch 'v5.9'. Did you mean v5.9.0?",
        f"  {lib} has no commit, tag or branch '5.9.0'. Did you mean v5.9.0?",
        f"  It has v5.9.0, main: git ls-remote {lib}",
        "- the variable LAB_KEY is not set; it is to hold the key for lab/b",
        "  export LAB_KEY=...   (the suite's `key_env` names it)",
        "- http://127.0.0.1:9/v1: the server of lab/a does not answer: Connection refused",
    ]
    assert "no-such-agent-here" in lines[10]
    assert not (tmp_path / "sweep").exists()


def test_only_what_is_used_is_looked_at(tmp_path: Path) -> None:
    suite = write_suite(
        tmp_path / "suite",
        **{
            **ALONE,
            "matrix": {
                "models": [
                    {"name": "lab/a"},
                    {"name": "lab/b", "endpoint": "http://127.0.0.1:9/v1"},
                ],
                "exclude": [{"model": "lab/b"}],
                "harnesses": ["own"],
            },
            "harnesses": {
                **ALONE["harnesses"],
                "other": {"kind": "command", "argv": ["no-such-agent-here"]},
            },
        },
    )
    assert told(suite, tmp_path / "sweep") == []


def test_what_only_finished_runs_needed_is_not_looked_at(tmp_path: Path) -> None:
    """Else nobody could score again what ran on a server that is gone since."""

    def no_more(plan: SweepPlan, folder: SweepFolder) -> Iterator[Problem]:
        yield Problem(what=f"{len(plan.runs)} runs are left")

    suite = write_suite(
        tmp_path / "suite",
        matrix={
            "models": [
                {"name": "lab/a", "endpoint": "http://127.0.0.1:9/v1"},
                {"name": "lab/b", "endpoint": "http://127.0.0.1:9/v1", "key_env": "LAB_KEY"},
            ],
            "harnesses": ["loop", "mine"],
        },
        harnesses={
            "loop": {"kind": "openai-loop"},
            "mine": {"kind": "command", "argv": ["no-such-agent-here"], "version": "1"},
        },
    )
    plan, folder, found = examined_sweep(suite, into=tmp_path / "sweep", environ={}, checks=())
    assert plan is not None
    assert len(found.problems) == 3
    left = [
        run
        for run in plan.runs
        if run.model.name == "lab/b" and run.planned.harness == "loop" and run.planned.trial
    ]
    for run in plan.runs:
        if run not in left:
            finish(folder.spool, run.run_id)
    found = examined_sweep(suite, into=folder.root, environ={}, checks=[no_more])[2]
    assert [problem.what for problem in found.problems] == [
        "the variable LAB_KEY is not set; it is to hold the key for lab/b",
        "http://127.0.0.1:9/v1: the server of lab/b does not answer: Connection refused",
        "1 runs are left",
    ]
    finish(folder.spool, left[0].run_id)
    ready_sweep(suite, into=folder.root, environ={}, checks=[no_more])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    suite = write_suite(
        tmp_path / "suite", **ALONE, tasks=[{"id": "ask", "prompt": "p", "files": ["a.txt"]}]
    )
    assert told(suite, tmp_path / "sweep") == [
        f"{tmp_path}/suite/a.txt: there is no such file or folder"
    ]


def test_a_suite_that_cannot_be_read_is_all_that_is_told(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **ALONE, unknown=1)
    with pytest.raises(InvalidInput, match="unknown key"):
        examined_sweep(suite, into=tmp_path / "sweep", environ={})


def test_a_directory_that_is_anothers(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **ALONE)
    plan, folder = ready_sweep(suite, into=tmp_path / "sweep", environ={})
    store_sweep(plan, folder)
    assert told(suite, tmp_path / "sweep") == []
    [what] = told(suite, tmp_path / "sweep", experiment="may")
    assert "holds the sweep of the experiment 'shop', and this is 'may'" in what


def test_a_directory_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    suite = write_suite(tmp_path / "suite", **ALONE)
    (tmp_path / "locked").mkdir(mode=0o555)
    real = os.access
    # The administrator may write everywhere, and tests may run as one.
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode: Path(path) != tmp_path / "locked" and real(path, mode),
    )
    [what] = told(suite, tmp_path / "locked" / "deep" / "sweep")
    assert what == (
        f"{tmp_path}/locked/deep/sweep: cannot be written to: {tmp_path}/locked is not yours "
        "to change"
    )


class TestOfJobs:
    def test_what_only_this_machine_has(self, tmp_path: Path) -> None:
        Repository(tmp_path / "lib").commit("one")
        suite = write_suite(
            tmp_path / "suite",
            matrix={
                "models": [
                    {"name": "lab/a", "endpoint": "http://localhost:8000/v1"},
                    {"name": "lab/b", "endpoint": "https://example.org/v1"},
                ],
                "revisions": ["main"],
            },
            target={"repository": "../lib"},
            launch=JOBS,
        )
        assert told(suite, tmp_path / "sweep") == [
            f"{(tmp_path / 'lib').resolve()}: the target is a path, which no job can reach",
            "http://localhost:8000/v1: lab/a is served on this machine, which no job can reach",
        ]

    def test_programs_are_looked_for_where_the_runs_are(self, tmp_path: Path) -> None:
        suite = write_suite(
            tmp_path / "suite",
            matrix={"models": [{"name": "lab/a", "endpoint": "https://example.org/v1"}]},
            harnesses={"mine": {"kind": "command", "argv": ["no-such-agent-here"]}},
            launch=JOBS,
        )
        assert told(suite, tmp_path / "sweep") == []


def test_checks_of_others_are_made_and_their_errors_are_problems(tmp_path: Path) -> None:
    def quota(plan: SweepPlan, folder: SweepFolder) -> Iterator[Problem]:
        yield Problem(what=f"{len(plan.runs)} runs are too many", fix="fewer")

    def bucket(plan: SweepPlan, folder: SweepFolder) -> Iterator[Problem]:
        raise SurroundingsError(f"no bucket for {folder.root.name}", fix="make one")
        yield

    suite = write_suite(tmp_path / "suite", **ALONE)
    with pytest.raises(NotReady) as caught:
        ready_sweep(
            suite, into=tmp_path / "sweep", resolve=made_up, environ={}, checks=[quota, bucket]
        )
    assert caught.value.problems == (
        Problem(what="2 runs are too many", fix="fewer"),
        Problem(what="no bucket for sweep", fix="make one", exit_code=Exit.SURROUNDINGS),
    )
