"""`pytest --midspan-suite`, in a real pytest of its own, with agents that really run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from midspan.pipelines.demo.model_server import ModelServer
from tests.pipelines.test_pytest_plugin import pytest_in

SUITE = """\
suite: shop
contract: 1
tasks:
  - {id: price, prompt: How much?, checks: [{id: amount, kind: number, equals: 39}]}
  - {id: status, prompt: Which?, checks: [{id: word, kind: substring, value: open}]}
  - {id: crash, prompt: crash, checks: [{id: word, kind: substring, value: open}]}
  - {id: chat, prompt: Hello}
matrix:
  models: [{name: scripted/careful, endpoint: "ENDPOINT"}]
  harnesses: [mine]
  trials: 2
harnesses:
  mine: {kind: python, function: "agent:answer"}
launch: {concurrency: 2}
"""

AGENT = """\
import os
from pathlib import Path

def answer(prompt):
    with Path("LOG").open("a") as log:
        log.write(prompt + "\\n")
    if prompt == "crash":
        raise RuntimeError("no way")
    if prompt == "How much?":
        return "39"
    return "open" if os.environ["MIDSPAN_TRIAL"] == "0" else "shut"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A suite of four tasks with its agent, which notes each of its runs."""
    (tmp_path / "agent.py").write_text(AGENT.replace("LOG", str(tmp_path / "ran.txt")))
    with ModelServer() as server:
        (tmp_path / "suite.yaml").write_text(SUITE.replace("ENDPOINT", server.url))
        yield tmp_path


def ran(folder: Path) -> list[str]:
    log = folder / "ran.txt"
    return sorted(log.read_text().splitlines()) if log.exists() else []


def test_nothing_runs_where_tests_are_only_listed(folder: Path) -> None:
    code, out = pytest_in(folder, "--midspan-suite", "suite.yaml", "--collect-only", "-q")
    assert code == 0
    names = [f"suite.yaml::{task}" for task in ("price", "status", "crash", "chat")]
    assert out.splitlines()[:4] == names
    assert (ran(folder), (folder / "sweeps").exists()) == ([], False)


def test_what_is_missing_runs_once_and_each_task_is_judged(folder: Path) -> None:
    asked = ("--midspan-suite", "suite.yaml", "--midspan-into", "out")
    code, out = pytest_in(folder, *asked, "-v", "-k", "price")
    assert (code, "suite.yaml::price PASSED" in out) == (0, True)
    assert "midspan: 2 of 2 runs to do, 2 at a time, in out" in out
    assert ran(folder) == ["How much?"] * 2
    code, out = pytest_in(folder, *asked, "-v", "--junit-xml", "report.xml")
    assert code == 1
    assert "midspan: 6 of 8 runs to do" in out
    assert sorted({*ran(folder)}) == ["Hello", "How much?", "Which?", "crash"]
    assert len(ran(folder)) == 8
    for line in (
        "suite.yaml::price PASSED",
        "suite.yaml::status FAILED",
        "suite.yaml::crash FAILED",
        "suite.yaml::chat SKIPPED",
        "1 of 2 trials succeeded; all have to",
        "trial 1: wrong: its check does not hold: word ('open' is not in the answer)",
        "0 of 2 trials succeeded; all have to",
        "trial 0: agent_error: the agent ended with exit code 1: RuntimeError: no way",
        "2 failed, 1 passed, 1 skipped",
    ):
        assert line in out
    assert "-0.log ... midspan: the agent failed: RuntimeError: no way" in out
    assert "Traceback" not in out
    assert (folder / "report.xml").read_text().count('name="run_id"') == 8
    code, out = pytest_in(folder, *asked, "--midspan-pass-rate", "any", "-q", "-rP")
    assert (code, "1 failed, 2 passed, 1 skipped" in out) == (1, True)
    assert "runs to do" not in out
    assert "1 of 2 trials succeeded; 1 has to (--midspan-pass-rate any)" in out
    assert len(ran(folder)) == 8


def test_a_changed_check_judges_what_was_answered(folder: Path) -> None:
    asked = ("--midspan-suite", "suite.yaml", "-k", "price")
    assert pytest_in(folder, *asked)[0] == 0
    suite = folder / "suite.yaml"
    right = suite.read_text()
    suite.write_text(right.replace("equals: 39", "equals: 77"))
    for _ in range(2):
        code, out = pytest_in(folder, *asked)
        assert (code, "amount (39 is another number than 77)" in out) == (1, True), out
        assert "2 runs were done before the checks of price were changed" in out
    suite.write_text(
        right.replace("{id: amount, kind: number, equals: 39}", "{kind: file, path: x.txt}")
    )
    code, out = pytest_in(folder, *asked)
    assert (code, "check file-0 could not be judged: changed since the run" in out) == (1, True)
    assert "--only price --into sweeps/shop-2" in out
    suite.write_text(right)
    assert pytest_in(folder, *asked)[0] == 0
    assert ran(folder) == ["How much?"] * 2


def test_tests_of_ones_own_get_the_runs(folder: Path) -> None:
    (folder / "test_own.py").write_text(
        "def test_own(runs):\n"
        "    assert sorted(run.answer for run in runs if run.answer) == ['39', '39']\n"
    )
    code, out = pytest_in(folder, "--midspan-suite", "suite.yaml", "-k", "own or price")
    assert (code, "2 passed, 3 deselected" in out) == (0, True), out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--midspan-suite", "none.yaml"), "none.yaml"),
        (("--midspan-suite", "agent.py"), "agent.py"),
        (
            ("--midspan-suite", "suite.yaml", "--midspan-workspace", "ws"),
            "--midspan-workspace and --midspan-suite: give one of them",
        ),
        (("--midspan-into", "out"), "add --midspan-suite FILE"),
        (("--midspan-pass-rate", "2"), "--midspan-pass-rate"),
        (("--midspan-suite", "suite.yaml", "-p", "xdist", "-n", "1"), "leave out -n"),
    ],
)
def test_what_cannot_be(folder: Path, words: tuple[str, ...], problem: str) -> None:
    code, out = pytest_in(folder, *words)
    assert (code == 0, problem in out, ran(folder)) == (False, True, []), out


def test_a_model_that_does_not_answer_is_told_before_anything_runs(folder: Path) -> None:
    suite = folder / "suite.yaml"
    lines = suite.read_text().splitlines()
    model = '  models: [{name: scripted/careful, endpoint: "http://127.0.0.1:9/v1"}]'
    suite.write_text("\n".join(model if "endpoint" in line else line for line in lines))
    code, out = pytest_in(folder, "--midspan-suite", "suite.yaml")
    assert (code, "127.0.0.1:9" in out, ran(folder)) == (4, True, [])


def test_a_suite_for_jobs_is_run_by_the_command(folder: Path) -> None:
    suite = folder / "suite.yaml"
    text = suite.read_text().partition("launch:")[0]
    jobs = "launch: {kind: hf-jobs, hf_jobs: {flavor: cpu-basic, bucket: me/runs}}\n"
    suite.write_text(text + jobs)
    code, out = pytest_in(folder, "--midspan-suite", "suite.yaml")
    assert (code, "First: midspan sweep run suite.yaml --into sweeps/shop" in out) == (4, True), out
