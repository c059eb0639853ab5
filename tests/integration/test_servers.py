"""The life of the real servers: who can reach them, what they are told, and what `down` keeps."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.otlp import batches
from midspan.pipelines.publish.phoenix_server import PhoenixServer
from midspan.pipelines.servers import processes, state
from midspan.scorers.errors import Exit
from tests.support.as_written import pieces_in

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="read from /proc")
BURST = 300
"""Runs of five spans: more than Phoenix writes in the five seconds it would give itself."""


@needs_proc
@pytest.mark.parametrize("name", ["phoenix", "mlflow"])
def test_only_this_machine_can_reach_a_server(servers: Any, name: str) -> None:
    record = state.read(servers.home, name)
    assert record is not None

    assert processes.listeners(record.pid) == [("127.0.0.1", record.port)]


@needs_proc
def test_a_server_gets_its_own_settings_and_none_of_ours(servers: Any) -> None:
    for name, prefix in (("phoenix", "PHOENIX_"), ("mlflow", "MLFLOW_")):
        record = state.read(servers.home, name)
        assert record is not None
        raw = Path(f"/proc/{record.pid}/environ").read_text()
        variables = dict(one.split("=", 1) for one in raw.split("\0") if one)
        assert not [one for one in variables if one.startswith(("OTEL_", "MIDSPAN_", "PYTHON"))]
        assert [one for one in variables if one.startswith(prefix)]


def test_warming_up_leaves_nothing_behind(servers: Any) -> None:
    search = httpx.post(
        f"{servers.mlflow}/api/2.0/mlflow/experiments/search", json={"max_results": 100}
    )
    experiments = {one["name"]: one for one in search.json()["experiments"]}

    assert "Default" in experiments
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
    traces = httpx.post(
        f"{servers.mlflow}/api/3.0/mlflow/traces/search", json={"locations": [location]}
    )
    assert "warm-up" not in traces.text


@pytest.fixture
def own_home(tmp_path: Path, server_environments: Path) -> Iterator[Path]:
    """A home with environments that are there already; what a test starts in it is stopped."""
    home = tmp_path / "home"
    home.mkdir()
    server_environments.mkdir(parents=True, exist_ok=True)
    (home / "environments").symlink_to(server_environments)
    yield home
    midspan(home, "down")


def midspan(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a person would, with settings about that must not matter."""
    return subprocess.run(
        [Path(sys.executable).with_name("midspan"), *words],
        env=os.environ | {"MIDSPAN_HOME": str(home), "PHOENIX_WORKING_DIR": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(printed: str) -> list[list[str]]:
    return [line.split("\t") for line in printed.splitlines()]


def test_from_up_to_down_without_losing_a_span(
    own_home: Path, golden_run: Any, tmp_path: Path
) -> None:
    up = midspan(own_home, "up", "phoenix")
    assert up.returncode == 0
    header, (name, url, pid, _) = rows(up.stdout)
    assert (header, name) == (["name", "url", "pid", "note"], "phoenix")
    told = [line.partition(", after")[0] for line in up.stderr.splitlines()]
    assert told[-2:] == ["phoenix: starting", f"phoenix: runs at {url}"]

    again = midspan(own_home, "up", "phoenix")
    assert again.stderr == ""
    assert rows(again.stdout)[1] == ["phoenix", url, pid, "already running"]

    running = json.loads(midspan(own_home, "status", "--json").stdout)
    assert [(one["name"], one["state"], one["version"]) for one in running] == [
        ("phoenix", "running", "20.26.1"),
        ("mlflow", "stopped", None),
    ]

    # Sent as a shipper would that does not wait: nearly all of it is still queued at `down`.
    files = [golden_run(number, experiment="burst") for number in range(1, BURST + 1)]
    server = PhoenixServer(url, patience=Patience())
    with server.client:
        for batch in batches(pieces_in(files)):
            assert server.send(batch) == {}

    down = midspan(own_home, "down")
    assert down.returncode == 0
    assert down.stderr == "phoenix: stopping; it writes what it still holds first\n"
    assert rows(down.stdout) == [
        ["name", "state"],
        ["phoenix", "stopped"],
        ["mlflow", "was not running"],
    ]
    with closing(sqlite3.connect(own_home / "phoenix" / "phoenix.db")) as database:
        assert database.execute("SELECT count(*) FROM spans").fetchone() == (5 * BURST,)
    stopped = json.loads(midspan(own_home, "status", "--json").stdout)
    assert [one["state"] for one in stopped] == ["stopped", "stopped"]


def test_the_demo_goes_to_the_server_that_is_up(own_home: Path, tmp_path: Path) -> None:
    (own_home / "mlflow").mkdir()
    (own_home / "mlflow" / "mlflow.db").write_text("no database")

    demo = midspan(own_home, "demo", "--into", str(tmp_path / "demo"))

    assert demo.returncode == Exit.SURROUNDINGS
    assert "\nphoenix http://127.0.0.1:" in demo.stdout
    reported = dict(re.findall(r"^  (spans|scores|experiments) +(.*)$", demo.stdout, re.MULTILINE))
    assert set(reported) == {"spans", "scores", "experiments"}
    for counts in reported.values():
        stored, asked = counts.split(" of ")
        assert stored == asked
    assert "/redirects/projects/midspan-demo\n" in demo.stdout
    assert "\nmlflow http" not in demo.stdout
    told = demo.stderr.splitlines()
    (failed,) = [line for line in told if line.startswith("nothing was sent to mlflow: ")]
    assert "mlflow ended at once with exit code 1" in failed
    workspace = tmp_path / "demo" / "workspace"
    assert told[-1] == f"When the cause is mended: midspan up && midspan publish {workspace}"

    again = midspan(own_home, "publish", str(workspace))

    assert again.returncode == Exit.DONE
    assert again.stderr.splitlines()[0] == "with suite.yaml and profile.yaml, as it was scored"
    counted = dict(re.findall(r"^  (spans|scores|experiments) +(.*)$", again.stdout, re.MULTILINE))
    assert counted == {what: f"{counts}, all were there" for what, counts in reported.items()}
