"""`midspan publish` and `midspan pull` against both real servers, as a person runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from midspan.pipelines.workspace import Workspace
from tests.support.shop_runs import RUNS, STEPS, shop, trace_of


def midspan(*words: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [Path(sys.executable).with_name("midspan"), *map(str, words)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_both_servers_have_it_and_what_people_say_comes_back(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="command", number=0xF01)
    both = ("--phoenix", servers.phoenix, "--mlflow", servers.mlflow)

    first = midspan("publish", workspace.path, *both, "--json")

    assert (first.returncode, first.stderr) == (0, "")
    reports = {one["server"]: one for one in json.loads(first.stdout)}
    for report in reports.values():
        spans = report["counts"]["spans"]
        assert (spans["asked"], spans["stored"], spans["left"]) == (RUNS * STEPS, RUNS * STEPS, {})
    links = [link["url"] for link in reports["phoenix"]["links"]]
    assert f"{servers.phoenix}/redirects/projects/command" in links
    for link in links:
        assert httpx.get(link, follow_redirects=True, timeout=60).is_success

    again = midspan("publish", workspace.path, *both)
    assert again.returncode == 0
    shown = again.stdout.splitlines()
    assert shown[0] == f"phoenix {servers.phoenix}"
    assert shown[1] == f"  spans        {RUNS * STEPS} of {RUNS * STEPS}, all were there"
    assert f"mlflow {servers.mlflow}" in shown

    run = f"{trace_of(0xF01, 0):032x}"
    body = {
        "trace_id": run,
        "name": "polite",
        "annotator_kind": "HUMAN",
        "result": {"score": 1.0},
    }
    url = f"{servers.phoenix}/v1/trace_annotations?sync=true"
    httpx.post(url, json={"data": [body]}, timeout=60).raise_for_status()
    pulled = midspan("pull", workspace.path, *both)

    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert pulled.stdout.splitlines() == [
        "phoenix  1 judgement of people, 1 new or changed",
        "mlflow   0 judgements of people, 0 new or changed",
    ]
    rows = Workspace(workspace.path).table("scores").filter(source="human").collect()
    assert rows.select("run_id", "name", "scorer", "value").rows() == [
        (run, "polite", "phoenix", 1.0)
    ]


def test_without_a_server_named_it_goes_to_those_that_run(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="command-default", number=0xF02)

    done = midspan(
        "publish",
        workspace.path,
        "--only",
        "spans",
        "--json",
        MIDSPAN_HOME=str(servers.home.root),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert [(one["server"], one["url"]) for one in json.loads(done.stdout)] == [
        ("phoenix", servers.phoenix),
        ("mlflow", servers.mlflow),
    ]


def test_one_server_away_is_4_and_the_other_has_it(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="command-one", number=0xF03)

    done = midspan(
        *("publish", workspace.path, "--only", "spans"),
        *("--mlflow", "http://127.0.0.1:9", "--phoenix", servers.phoenix),
    )

    assert done.returncode == 4
    assert f"  spans        {RUNS * STEPS} of {RUNS * STEPS}" in done.stdout.splitlines()
    assert "mlflow does not answer at http://127.0.0.1:9" in done.stderr
