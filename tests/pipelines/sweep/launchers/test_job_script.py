"""The program that a job starts with: what the suite has it do first sees no key."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = "env; tr '\\0' '\\n' < /proc/$PPID/environ; ls /proc/$PPID/fd"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_setup_lines_find_no_key_and_the_worker_gets_it(tmp_path: Path) -> None:
    for name in ("suite", "spool", "job"):
        (tmp_path / "sweep" / name).mkdir(parents=True)
    (tmp_path / "sweep" / "spool" / "plan.jsonl").touch()
    told = {"runs": ["a"], "concurrency": 1, "setup": [LOOK], "secrets": ["SHOP_KEY"]}
    asked = tmp_path / "sweep" / "job" / "1.json"
    asked.write_text(json.dumps(told))
    worker = tmp_path / "midspan"
    worker.write_text('#!/bin/sh\necho "worker has $SHOP_KEY $OTHER"\n')
    worker.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "deploy/hf-job/job.py", str(asked), str(worker)],
        env=environment | {"SHOP_KEY": "k-one", "OTHER": "plain"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    *before, last = ran.stdout.splitlines()
    assert last == "worker has k-one plain"
    assert "OTHER=plain" in before
    assert [line for line in before if "k-one" in line or "SHOP_KEY" in line] == []


def test_setup_that_fails_ends_the_job(tmp_path: Path) -> None:
    for name in ("suite", "spool", "job"):
        (tmp_path / "sweep" / name).mkdir(parents=True)
    (tmp_path / "sweep" / "spool" / "plan.jsonl").touch()
    told = {"runs": ["a"], "concurrency": 1, "setup": ["exit 7"], "secrets": []}
    asked = tmp_path / "sweep" / "job" / "1.json"
    asked.write_text(json.dumps(told))
    ran = subprocess.run(
        [sys.executable, "deploy/hf-job/job.py", str(asked), "/nothing/midspan"],
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 4
    assert ran.stdout.endswith("this ended with exit code 7; no run was started\n")
