"""`midspan watch` on a spool that agents write to meanwhile, with both real servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from midspan.pipelines.demo.runner import run_demo
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support import phoenix_state
from tests.support.mlflow_state import assessments, experiment_id, traces
from tests.support.workspaces import rows

TABLES = ("runs", "spans", "text", "calls", "tools", "scores", "quarantine")
TASKS = ["price-in-yen", "count-errors"]
EXPERIMENT = "midspan-demo"
FIRST_RUNS = 4


def contents(path: Path) -> dict[str, Any]:
    workspace = Workspace(path)
    return {name: sorted(rows(workspace, name), key=repr) for name in TABLES}


def wait_for(what: Callable[[], bool], seconds: float = 180) -> None:
    last = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < last, "it did not come to that"
        time.sleep(0.2)


def midspan(*words: object) -> list[str]:
    return [str(Path(sys.executable).with_name("midspan")), *map(str, words)]


def test_runs_are_scored_and_published_while_others_still_run(servers: Any, tmp_path: Path) -> None:
    demo, into = tmp_path / "demo", tmp_path / "ws"
    suite = demo / "suite.yaml"
    both = ("--phoenix", servers.phoenix, "--mlflow", servers.mlflow)
    command = midspan("watch", demo / "spool", "--into", into, *both, "--port", 0, "--quiet", "1s")
    ended = 0

    def scored() -> int:
        if not (into / "parts.json").exists():
            return 0
        found = rows(Workspace(into), "runs", "status")
        return sum(status != "missing" for (status,) in found)

    def ran(*_run: Any) -> None:
        """The agents go on once runs of theirs are scored."""
        nonlocal ended
        ended += 1
        if ended == FIRST_RUNS:
            wait_for(lambda: scored() > 0)

    with (tmp_path / "log").open("wb") as log:
        watching = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
    try:
        wait_for(lambda: b"http://" in (tmp_path / "log").read_bytes())
        found = run_demo(demo, tasks=TASKS, workers=1, progress=ran)
        wait_for(lambda: scored() == len(found.planned))
        batches = into / ".watch" / "batches"
        wait_for(lambda: not list(batches.glob("[0-9]*")))
    finally:
        watching.send_signal(signal.SIGTERM)
        watching.wait(60)
    told = (tmp_path / "log").read_text()
    assert watching.returncode == 0, told
    assert ended == len(found.planned) > FIRST_RUNS

    ingest([demo / "spool"], tmp_path / "offline")
    Workspace(tmp_path / "offline").score()
    assert contents(into) == contents(tmp_path / "offline")

    runs = [run for run in rows(Workspace(into), "runs", "run_id", "status") if run[1] != "missing"]
    with httpx.Client(base_url=servers.phoenix, timeout=60) as client:
        phoenix = phoenix_state.state(client, EXPERIMENT)
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        number = experiment_id(client, EXPERIMENT)
        assert len(traces(client, number)) == len(runs)
        there = len(assessments(client, number))
    assert len({key.split()[0] for key in phoenix["trace"]}) == len(runs)

    again = subprocess.run(
        midspan("publish", into, *both, "--only", "spans,scores", "--json"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"stored": 0' in again.stdout
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        assert len(assessments(client, number)) == there
    assert suite.exists()
