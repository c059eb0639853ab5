"""Commands: what they see, how long they may take, and what they may leave behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from midspan.pipelines.checks.processes import run_process
from tests.pipelines.checks.judging import is_gone, judged


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_holds_that_exits_with_0_in_the_runs_directory(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    held = judged(directory=tmp_path, kind="command", argv=["test", "-f", "there"])
    assert held == (True, None)
    failed = judged(directory=tmp_path, kind="command", argv=["ls", "not-there"])
    assert failed[0] is False
    assert str(failed[1]).startswith("exit code 2: ls: cannot access 'not-there'")
    assert judged(directory=tmp_path, kind="command", argv=["false"]) == (
        False,
        "exit code 1: it printed nothing",
    )


def test_a_shell_only_where_one_is_asked_for(tmp_path: Path) -> None:
    words = ["echo", "a", ">", "file"]
    assert judged(directory=tmp_path, kind="command", argv=words) == (True, None)
    assert not (tmp_path / "file").exists()
    line = ["echo a > file && exit 3"]
    assert judged(directory=tmp_path, kind="command", argv=line, shell=True) == (
        False,
        "exit code 3: it printed nothing",
    )
    assert (tmp_path / "file").read_text() == "a\n"


def test_a_command_sees_no_key_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    ended = run_process(["env"], directory=tmp_path, seconds=10)
    seen = dict(line.split("=", 1) for line in ended.stdout.decode().splitlines())
    assert set(seen) <= {"PATH", "HOME", "PWD", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"} | {
        "TMPDIR"
    }
    assert (seen["HOME"], seen["LANG"]) == (str(tmp_path), "de_DE.UTF-8")
    assert seen["PATH"].split(os.pathsep)[-1] == str(Path(sys.executable).parent)


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "print('begun', flush=True)\n"
        "time.sleep(60)"
    )
    verdict = judged(directory=tmp_path, kind="command", argv=python(code), timeout=1.5)
    assert verdict == (False, "not done after 1.5 seconds: begun")
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_child_in_the_background_keeps_nobody_waiting(tmp_path: Path) -> None:
    line = ["sleep 60 & echo $! > child; echo done"]
    begun = time.monotonic()
    assert judged(directory=tmp_path, kind="command", argv=line, shell=True) == (True, None)
    assert time.monotonic() - begun < 30
    assert is_gone(int((tmp_path / "child").read_text()))


def test_both_streams_are_read_and_only_the_end_is_kept(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for _ in range(300): sys.stderr.write('e' * 10_000); sys.stdout.write('o' * 10_000)\n"
        "print('last'); sys.exit('bad')"
    )
    ended = run_process(python(code), directory=tmp_path, seconds=60, keep=1_000)
    assert (ended.exit_code, len(ended.stdout), ended.cut) == (1, 1_000, True)
    assert ended.stdout.endswith(b"oolast\n")
    assert ended.stderr.endswith(b"eebad\n")
    _, detail = judged(directory=tmp_path, kind="command", argv=python(code))
    assert len(str(detail)) == 2_000


def test_what_a_command_is_given(tmp_path: Path) -> None:
    given = b"x" * 1_000_000
    ended = run_process(["wc", "-c"], directory=tmp_path, seconds=10, stdin=given)
    assert ended.stdout.split() == [b"1000000"]
    assert run_process(["cat"], directory=tmp_path, seconds=10).exit_code == 0


def test_a_program_that_the_run_had_to_leave_is_missing(tmp_path: Path) -> None:
    assert judged(directory=tmp_path, kind="command", argv=["./out/run.sh"]) == (
        False,
        "./out/run.sh is missing",
    )
    (tmp_path / "out").symlink_to("/bin")
    assert judged(directory=tmp_path, kind="command", argv=["out/true"]) == (
        False,
        "out/true leads out of the run's directory",
    )


def test_a_program_that_is_not_there_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    said = f"no-such-program cannot be run in {tmp_path}: No such file or directory"
    assert judged(directory=tmp_path, kind="command", argv=["no-such-program"]) == (None, said)
    nul = judged(directory=tmp_path, kind="command", argv=["echo", "a\0b"])
    assert nul == (None, f"echo cannot be run in {tmp_path}: embedded null byte")
    nowhere = tmp_path / "gone"
    passed, detail = judged(directory=nowhere, kind="command", argv=["true"])
    assert (passed, str(detail).startswith("true cannot be run in")) == (None, True)


def test_a_signal_is_told(tmp_path: Path) -> None:
    verdict = judged(directory=tmp_path, kind="command", argv=["kill -9 $$"], shell=True)
    assert verdict == (False, "ended by signal 9: it printed nothing")
