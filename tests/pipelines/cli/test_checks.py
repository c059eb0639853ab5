"""`midspan checks run`: a task's checks on the command line."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import pytest

from midspan.scorers.suite.checks import CHECK_KINDS
from tests.pipelines.checks.judging import is_gone
from tests.pipelines.cli.conftest import Midspan

SUITE = """
suite: shop
contract: 1
tasks:
  - id: total
    prompt: What is it?
    checks:
      - {id: amount, kind: number, equals: 61.5}
      - {kind: file, path: out.txt}
      - {kind: expected_calls}
    expected_calls: {calls: []}
  - id: program
    prompt: Run it.
    checks: [{kind: command, argv: [no-such-program]}]
  - {id: nothing, prompt: Rest.}
  - id: calls
    prompt: Call.
    checks: [{kind: expected_calls}]
    expected_calls: {calls: []}
"""
OF_CALLS = {
    "id": "expected_calls-0",
    "kind": "expected_calls",
    "passed": None,
    "detail": "judged by scoring, from the calls of the run (calls_match)",
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE)
    (tmp_path / "work").mkdir()
    return path


def test_all_hold(midspan: Midspan, suite: Path) -> None:
    work = suite.parent / "work"
    (work / "out.txt").touch()
    done = midspan("checks", "run", suite, "--task", "total", "--dir", work, "--answer", "61.50")
    assert (done.code, done.err) == (0, "total: 2 of 2 checks hold\n")
    assert json.loads(done.out) == [
        {"id": "amount", "kind": "number", "passed": True, "detail": None},
        {"id": "file-0", "kind": "file", "passed": True, "detail": None},
        OF_CALLS,
    ]


def test_one_fails(midspan: Midspan, suite: Path) -> None:
    work = suite.parent / "work"
    done = midspan("checks", "run", suite, "--task", "total", "--dir", work, "--answer", "-5")
    assert (done.code, done.err) == (
        1,
        "total: 0 of 2 checks hold\n"
        "amount does not hold: -5 is another number than 61.5\n"
        "file-0 does not hold: out.txt is missing\n",
    )
    assert [check["passed"] for check in json.loads(done.out)] == [False, False, None]


def test_one_cannot_be_run(midspan: Midspan, suite: Path) -> None:
    work = suite.parent / "work"
    done = midspan("checks", "run", suite, "--task", "program", "--dir", work)
    why = f"no-such-program cannot be run in {work}: No such file or directory"
    assert (done.code, done.err) == (
        2,
        f"program: 0 of 1 checks hold\ncommand-0 could not be run: {why}\n",
    )
    assert json.loads(done.out) == [
        {"id": "command-0", "kind": "command", "passed": None, "detail": why}
    ]


@pytest.mark.parametrize(("task", "printed"), [("nothing", []), ("calls", [OF_CALLS])])
def test_there_is_nothing_to_run(
    midspan: Midspan, suite: Path, task: str, printed: list[object]
) -> None:
    done = midspan("checks", "run", suite, "--task", task, "--dir", suite.parent)
    assert (done.code, done.err) == (0, f"{task}: no check to run here\n")
    assert json.loads(done.out) == printed


def test_the_answer_comes_from_a_file_or_from_stdin(
    midspan: Midspan, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["checks", "run", suite, "--task", "total", "--dir", suite.parent, "--answer-file"]
    file = suite.parent / "answer.txt"
    file.write_bytes("\ufeff61.5 \u20ac".encode() + b"\xff")
    assert json.loads(midspan(*words, file).out)[0]["passed"] is True
    stdin = io.TextIOWrapper(io.BytesIO(b"It is 61.5.\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert json.loads(midspan(*words, "-").out)[0]["passed"] is True
    missing = midspan(*words, suite.parent / "no.txt")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err.endswith(
        "no.txt: there is no such file\nLeave it out where the agent gave no answer.\n"
    )
    folder = midspan(*words, suite.parent / "work")
    assert (folder.code, folder.err) == (
        4,
        f"midspan checks: {suite.parent / 'work'}: cannot be read: Is a directory\n",
    )


def test_what_cannot_be_asked(midspan: Midspan, suite: Path) -> None:
    work = suite.parent / "work"
    unknown = midspan("checks", "run", suite, "--task", "totale", "--dir", work)
    assert (unknown.code, unknown.err) == (
        2,
        f"midspan checks: {suite} has no task 'totale'. Did you mean 'total'?\n"
        "Tasks: total, program, nothing, calls\n",
    )
    words = ["checks", "run", suite, "--task", "total", "--dir"]
    both = midspan(*words, work, "--answer", "1", "--answer-file", "-")
    assert (both.code, both.out) == (2, "")
    gone = midspan(*words, suite.parent / "gone")
    assert (gone.code, gone.err) == (
        2,
        f"midspan checks: --dir {suite.parent / 'gone'}: there is no such directory\n",
    )
    assert midspan(*words, suite).code == 2
    suite.write_text(SUITE.replace("equals: 61.5", "equal: 61.5"))
    invalid = midspan(*words, work)
    assert invalid.code == 2
    assert "Did you mean 'equals'?" in invalid.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_what_a_check_has_started(suite: Path, number: signal.Signals) -> None:
    work = suite.parent / "work"
    line = "echo $$ > pid; sleep 100"
    suite.write_text(SUITE.replace("[no-such-program]", f"['{line}'], shell: true, timeout: 90"))
    script = "import sys; from midspan.instrumentation.dispatch import main; sys.exit(main())"
    words = ["checks", "run", str(suite), "--task", "program", "--dir", str(work)]
    with subprocess.Popen([sys.executable, "-c", script, *words], stderr=PIPE) as process:
        pid = work / "pid"
        while not (pid.exists() and pid.read_text().strip()):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, told = process.communicate()
    assert (process.returncode, told.split(b";")[0]) == (130, b"interrupted")
    assert is_gone(int(pid.read_text()))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_read(midspan: Midspan, suite: Path) -> None:
    work = suite.parent / "work"
    work.chmod(0)
    assert midspan("checks", "run", suite, "--task", "total", "--dir", work).code == 4


def test_the_page_shows_what_is_printed_and_every_kind(midspan: Midspan, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "checks.md").read_text()
    midspan("init", tmp_path)
    (tmp_path / "work").mkdir()
    shown = re.search(r"\$ midspan (checks run .*)\n((?:.*\n)*?)```", page)
    assert shown is not None
    words = shlex.split(shown[1].replace("suite.yaml", str(tmp_path / "suite.yaml")))
    words[words.index("work")] = str(tmp_path / "work")
    assert midspan(*words).out == shown[2]
    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE) == list(CHECK_KINDS)
