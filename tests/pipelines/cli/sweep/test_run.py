"""`midspan sweep run`, with small programs as agents: what it tells, and what others tell then."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import read_result
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.worker import Tries, working
from tests.pipelines.cli.conftest import Midspan
from tests.support.sweeps import write_suite

CHECKS = [{"id": "amount", "kind": "number", "equals": 39}]
AGENT = """\
case "$1" in
  refused) echo asking; echo "HTTP 401: wrong key" >&2; exit 1;;
  silent) exit 7;;
  *) echo 39;;
esac
"""
PARTS: dict[str, Any] = {
    "tasks": [
        {"id": name, "prompt": name, "checks": CHECKS} for name in ("price", "refused", "silent")
    ],
    "matrix": {"models": [{"name": "lab/a"}], "trials": 1},
    "harnesses": {
        "own": {
            "kind": "command",
            "argv": ["sh", "{suite}/agent.sh", "{prompt}"],
            "files": ["agent.sh"],
            "instrument": "auto",
        }
    },
    "files": {"agent.sh": AGENT},
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_why_an_agent_failed_is_told_everywhere(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path, **PARTS)
    done = midspan("sweep", "run", suite)
    assert done.code == 0, done.err
    folder = SweepFolder(Path("sweeps/shop"))
    records = [read_result(path) for path in folder.spool.glob("*.result.json")]
    assert {(each.exit_code, each.problem) for each in records} == {
        (0, None),
        (1, "HTTP 401: wrong key"),
        (7, None),
    }
    found = midspan("failures", folder.workspace).out
    assert "2 of 3 runs failed, of 2 causes" in found
    assert "ended: agent error: http" in found.lower()
    [run_id] = [each.run_id for each in records if each.exit_code == 1]
    told = midspan("score", folder.workspace, "--explain", run_id[:8]).out
    assert "the agent ended with exit code 1: HTTP 401: wrong key" in told
    assert f"What it printed: {folder.log_of(run_id, 0)}\n" in told


def test_runs_that_were_not_asked_for_are_not_run_yet(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path, **PARTS)
    done = midspan("sweep", "run", suite, "--only", "price", "--only", "harness=own")
    assert done.code == 0, done.err
    assert "2 runs of the suite were not asked for (--only)" in done.err
    told = midspan("failures", "sweeps/shop/workspace").err
    assert (
        "infra, 2 runs: planned, and not run yet: there is neither a trace nor a record\n" in told
    )


def test_why_runs_could_not_be_launched_is_told_once(
    midspan: Midspan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "Tries", lambda: Tries(pauses=(0.1, 0.1)))
    suite = write_suite(
        tmp_path,
        **{
            **PARTS,
            "tiers": {"broken": {"setup": [["sh", "-c", "echo no such table >&2; exit 3"]]}},
            "matrix": {**PARTS["matrix"], "trials": 3},
        },
    )
    done = midspan("sweep", "run", suite)
    assert done.code == 3
    lines = done.err.splitlines()
    assert len([line for line in lines if ": not run: " in line]) == 3
    assert len([line for line in lines if line.startswith("6 more not run: ")]) == 1
    assert len([line for line in lines if line.startswith("infra: lab/a")]) == 5
    assert "infra: 4 more, in short: midspan failures sweeps/shop/workspace" in lines
    told = midspan("failures", "sweeps/shop/workspace").err.splitlines()
    reason = next(at for at, line in enumerate(told) if line.startswith("infra, 9 runs: "))
    assert told[reason].startswith("infra, 9 runs: the run could not be launched: ")
    log = Path(told[reason + 1].removeprefix("  the log of one: "))
    # Of the launch that counts, the last.
    assert log.parent == Path("sweeps/shop/logs")
    assert log.name.endswith("-2.log")
    assert "no such table" in log.read_text()


def test_settings_that_were_changed_are_told_each_time(midspan: Midspan, tmp_path: Path) -> None:
    tasks = PARTS["tasks"][:1]
    midspan("sweep", "run", write_suite(tmp_path, **{**PARTS, "tasks": tasks}))
    tasks = [tasks[0] | {"budget": {"turns": 3}, "checks": [{**CHECKS[0], "equals": 77}]}]
    suite = write_suite(tmp_path, **{**PARTS, "tasks": tasks})
    for _ in range(2):
        done = midspan("sweep", "run", suite)
        assert done.code == 0, done.err
        assert "1 run was done before these were changed: task price (budget)" in done.err
        assert "1 run was done before the checks of price were changed" in done.err
        assert [line.split()[-2:] for line in done.out.splitlines()[-2:]] == [["1", "1"]] * 2
        assert "wrong" in done.out
