"""What agents send to watch, and what the servers then have of it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import polars as pl

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.workspace import Workspace
from tests.integration.conftest import golden_spans, line
from tests.support import mlflow_state, phoenix_state
from tests.support.team.services import Service
from tests.support.team.stack import Stack

PATIENCE_SECONDS = 240.0


class Agents:
    """Send runs to watch with the collector's token, as long as it takes; count what was taken."""

    def __init__(self, service: Service, token: str) -> None:
        url = service.health.removesuffix("/healthz")
        headers = {"authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30)
        self.taken = 0

    def __enter__(self) -> "Agents":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, number: int, experiment: str) -> None:
        for span in golden_spans(number):
            self._send(line(span, experiment))
            self.taken += 1

    def _send(self, request: object) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._client.post("/v1/traces", json=request)
            except httpx.TransportError:
                answer = httpx.Response(503)
            if answer.status_code == 200:
                return
            assert answer.status_code in {429, 503}, answer.text
            assert time.monotonic() < deadline
            time.sleep(0.2)


def eventually(holds: Callable[[], bool], tell: Callable[[], str]) -> None:
    """Wait until something holds; servers that are down for a moment count as not yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, tell()
        time.sleep(0.5)


def held(team: Stack, experiment: str) -> dict[str, tuple[int, int]]:
    """How many spans and scores each server has, as it says itself to the administrator."""
    with team.ask_phoenix() as phoenix, team.ask_mlflow() as mlflow:
        if phoenix_state.project_id(phoenix, experiment) is None:
            return {}
        levels = (phoenix_state.of_midspan(phoenix, experiment, one) for one in ("span", "trace"))
        number = mlflow_state.experiment_id(mlflow, experiment)
        traces = [trace["trace_id"] for trace in mlflow_state.traces(mlflow, number)]
        spans = mlflow_state.spans(mlflow, traces)
        return {
            "phoenix": (len(phoenix_state.spans(phoenix, experiment)), sum(map(len, levels))),
            "mlflow": (
                sum(map(len, spans.values())),
                len(mlflow_state.assessments(mlflow, number)),
            ),
        }


def scored(folder: Path, runs: range, experiment: str) -> Workspace:
    """The same runs, ingested and scored as a whole."""
    file = folder / "spans.jsonl"
    lines = (json.dumps(line(span, experiment)) for one in runs for span in golden_spans(one))
    file.write_text("\n".join(lines))
    ingest([file], folder / "offline")
    score_workspace(Workspace(folder / "offline"))
    return Workspace(folder / "offline")


def expected(team: Stack, workspace: Workspace) -> dict[str, tuple[int, int]]:
    """How many spans and scores each server is to have of a workspace."""
    command = [str(Path(sys.executable).with_name("midspan")), "publish", str(workspace.path)]
    command += ["--only", "spans,scores", "--dry-run", "--json"]
    command += ["--phoenix", team.phoenix_url, "--mlflow", team.mlflow_url]
    login = {
        "PHOENIX_API_KEY": team.secret("phoenix_api_key"),
        "MLFLOW_TRACKING_USERNAME": "admin",
        "MLFLOW_TRACKING_PASSWORD": team.secret("mlflow_watch_password"),
    }
    done = subprocess.run(command, env=os.environ | login, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {}
    for report in json.loads(done.stdout):
        asked = {what: count["asked"] for what, count in report["counts"].items()}
        spans = asked.pop("spans")
        found[report["server"]] = (spans, sum(asked.values()))
    return found


def rows(workspace: Workspace) -> pl.DataFrame:
    """The scores, without when they were made."""
    return workspace.table("scores").collect().sort(pl.all().exclude("evidence"))
