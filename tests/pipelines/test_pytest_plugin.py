"""The pytest plug-in, in a real pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.workspace import Workspace
from tests.scorers.builders import runs as run_rows
from tests.scorers.builders import scores as score_rows
from tests.support.compared import tasks, workspace_of
from tests.support.workspaces import put

PLUGIN = "midspan.pipelines.pytest_plugin"


def pytest_in(directory: Path, *words: str) -> tuple[int, str]:
    """Run pytest in a directory; return its exit code and what it printed."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "pytest",
        "-p",
        PLUGIN,
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "COLUMNS": "100", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "-rs", *words],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def ended(digit: str, task: str, passed: bool | None, **said: Any) -> dict[str, Any]:
    check = {"id": "amount", "kind": "state", "passed": passed, "detail": "40 is not 35.88"}
    told = {"run_id": digit * 32, "task": task, "trial": 0, "ended_by": "exit", "exit_code": 0}
    return {**told, "answer": "x", "calls": 1, "output_tokens": 1, "checks": [check], **said}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Of five runs one passes, two fail, one was never launched, of one nothing is known."""
    made = Workspace.create(tmp_path / "shop")
    put(
        made,
        "runs",
        run_rows(
            ended("1", "price", True),
            ended("2", "price", False, trial=1),
            ended("3", "refund", False),
            ended("4", "refund", None, trial=1, ended_by="platform"),
            ended("5", "stock", None),
        ),
    )
    of_run = {"run_id": "2" * 32}
    put(
        made,
        "scores",
        score_rows(
            {**of_run, "name": "outcome", "label": "wrong", "explanation": "amount\x1b[31m is off"},
            {**of_run, "name": "rule.look-first", "label": "fail", "explanation": "did not look"},
            {**of_run, "name": "success", "label": "fail", "explanation": "said already"},
            {
                **of_run,
                "name": "episode",
                "span_id": "s",
                "call": 3,
                "value": 0.0,
                "explanation": "`look` failed",
            },
        ),
    )
    return made.path


def test_each_run_is_a_test_and_says_why_it_failed(workspace: Path) -> None:
    code, out = pytest_in(workspace.parent, "--midspan-workspace", "shop", "-v")
    assert code == 1
    assert "collected 5 items" in out
    for line in (
        "shop::price[trial 0] PASSED",
        "shop::price[trial 1] FAILED",
        "shop::refund[trial 0] FAILED",
        "shop::refund[trial 1] SKIPPED",
        "shop::stock[trial 0] SKIPPED",
        "wrong: amount[31m is off",
        "call 3: `look` failed",
        "rule.look-first: did not look",
        "step by step: midspan score shop --explain 22222222",
        "wrong: amount (40 is not 35.88)",
        "infra: status ok, ended by platform",
        "2 failed, 1 passed, 2 skipped",
    ):
        assert line in out
    assert "said already" not in out
    assert "Traceback" not in out


def test_they_are_chosen_like_other_tests(workspace: Path) -> None:
    (workspace.parent / "test_own.py").write_text("def test_own(): pass\n")
    code, out = pytest_in(workspace.parent, "--midspan-workspace", "shop", "-k", "price and 0")
    assert (code, "1 passed, 5 deselected" in out) == (0, True)
    assert "collected 6 items / 5 deselected / 1 selected" in out
    code, out = pytest_in(workspace.parent, "--midspan-workspace", "shop", "-m", "midspan")
    assert (code, "2 failed, 1 passed, 2 skipped, 1 deselected" in out) == (1, True)
    code, out = pytest_in(workspace.parent, "--midspan-workspace", "shop", "-m", "not midspan")
    assert (code, "1 passed, 5 deselected" in out) == (0, True)


def test_without_the_option_nothing_is_added(workspace: Path) -> None:
    (workspace.parent / "test_own.py").write_text("def test_own(): pass\n")
    code, out = pytest_in(workspace.parent)
    assert (code, "1 passed in" in out) == (0, True)
    assert "midspan" not in out


def test_axes_that_tell_runs_apart_are_in_the_name(tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a/1": {"t": "11"}, "b": {"t": "1"}}, revision="v1")
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws", "-v")
    assert code == 0
    for name in ("t[a/1 · trial 0]", "t[a/1 · trial 1]", "t[b · trial 0]"):
        assert f"ws::{name} PASSED" in out


def test_runs_of_one_name_are_numbered(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "ws")
    put(made, "runs", run_rows(ended("1", "price", True), ended("2", "price", True)))
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws", "-v")
    assert code == 0
    assert "ws::price[trial 0] PASSED" in out
    assert "ws::price[trial 0]#2 PASSED" in out


@pytest.mark.parametrize("checks", [None, []])
def test_where_nothing_is_known_the_session_does_not_pass(tmp_path: Path, checks: Any) -> None:
    made = Workspace.create(tmp_path / "ws")
    put(made, "runs", run_rows(ended("1", "price", True, checks=checks)))
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "of none of 1 runs is it known whether it succeeded" in out


def test_a_workspace_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --midspan-workspace ws: " in out
    assert "INTERNALERROR" not in out


def test_a_workspace_without_runs_is_a_usage_error(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "ws")
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --midspan-workspace ws: the workspace holds no run" in out


def test_names_are_those_seen_from_where_pytest_was_called(workspace: Path) -> None:
    (workspace.parent / "pytest.ini").write_text("[pytest]\n")
    (workspace.parent / "below").mkdir()
    code, out = pytest_in(workspace.parent / "below", "--midspan-workspace", "../shop", "-v")
    assert (code, "../shop::price[trial 0] PASSED" in out) == (1, True)


def test_runs_are_a_fixture(workspace: Path) -> None:
    (workspace.parent / "test_own.py").write_text(
        "def test_answers(runs):\n"
        "    assert [run.task for run in runs] == ['price'] * 2 + ['refund'] * 2 + ['stock']\n"
        "    assert all(run.answer == 'x' and run.calls == () for run in runs)\n"
    )
    code, out = pytest_in(workspace.parent, "--midspan-workspace", "shop", "-m", "not midspan")
    assert (code, "1 passed" in out) == (0, True)


GATE = """
def test_gate(assert_gate):
    assert assert_gate("gate.yaml", {words}).verdict == "passed"
"""


@pytest.mark.parametrize(
    ("floor", "words", "says"),
    [
        (0.5, "floors_only=True", None),
        (1.0, "floors_only=True", "the gate: failed"),
        (0.5, "against='main'", "the gate: could not evaluate"),
        (0.5, "by='modell'", "evaluated: cannot compare by 'modell'. Did you mean 'model'?"),
        (0.5, "against='gone'", "the gate could not be evaluated: gone: not a workspace"),
    ],
)
def test_the_gate_is_a_fixture(tmp_path: Path, floor: float, words: str, says: str | None) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks(*["11"] * 7, "00")})
    workspace_of(tmp_path / "main", {"a": {"other": "1"}})
    (tmp_path / "gate.yaml").write_text(
        "profile: p\ncontract: 1\n"
        f"gate: {{floors: {{success_rate: {floor}}}, no_regression: {{success: 0.05}}}}\n"
    )
    (tmp_path / "test_own.py").write_text(GATE.format(words=words))
    code, out = pytest_in(tmp_path, "--midspan-workspace", "ws", "-m", "not midspan")
    assert code == (0 if says is None else 1)
    assert says is None or says in out
    assert says != "the gate: failed" or "success_rate" in out
    assert "pipelines/" not in out


@pytest.mark.parametrize("fixture", ["runs", "assert_gate"])
def test_a_fixture_without_a_workspace_fails(tmp_path: Path, fixture: str) -> None:
    (tmp_path / "test_own.py").write_text(f"def test_own({fixture}): pass\n")
    code, out = pytest_in(tmp_path)
    assert code == 1
    assert "needs the runs of a workspace: pytest --midspan-workspace WS" in out
