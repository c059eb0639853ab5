"""The stack of deploy/ as processes: agents, watch, Phoenix and MLflow with accounts, PostgreSQL.

The collector is left out: agents send to watch as it would, OTLP with a token. What can be said of
the collector without its program is in tests/deploy.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from polars.testing import assert_frame_equal

from midspan.pipelines.workspace import Workspace
from tests.integration.conftest import golden_spans, line, unused_port
from tests.support import mlflow_state, phoenix_state
from tests.support.team.observing import Agents, eventually, expected, held, rows, scored
from tests.support.team.postgres import MISSING, programs
from tests.support.team.services import Service, watch
from tests.support.team.stack import Stack, stack

pytestmark = pytest.mark.skipif(programs() is None, reason=MISSING)
PROTOBUF = {"content-type": "application/x-protobuf", "x-mlflow-experiment-id": "0"}


@pytest.fixture(scope="module")
def team(server_environments: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ports = (unused_port(), unused_port(), unused_port())
    with stack(tmp_path_factory.mktemp("team"), server_environments, ports) as running:
        yield running


@pytest.fixture
def workspace(golden_run: Any, tmp_path: Path) -> Path:
    """Two runs, ingested and scored."""
    for number in (0x7E1, 0x7E2):
        golden_run(number, experiment="team")
    midspan("ingest", tmp_path, "--into", tmp_path / "ws")
    midspan("score", tmp_path / "ws")
    return tmp_path / "ws"


def midspan(*words: object, variables: dict[str, str] | None = None, code: int = 0) -> str:
    command = [str(Path(sys.executable).with_name("midspan")), *map(str, words)]
    environment = os.environ | (variables or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def publish(team: Stack, workspace: Path, *words: str, who: dict[str, str], code: int = 0) -> str:
    servers = ("--phoenix", team.phoenix_url, "--mlflow", team.mlflow_url)
    return midspan("publish", workspace, *servers, *words, variables=who, code=code)


def own_accounts(team: Stack) -> dict[str, str]:
    """Make accounts for watch, as docs/team.md does, and return what they are shown with."""
    with team.ask_phoenix() as phoenix:
        body = {"data": {"name": "midspan-watch"}}
        key = phoenix.post("/v1/system/api_keys", json=body).raise_for_status().json()
    user = {"username": "midspan-watch", "password": "Kk1-of-its-own"}
    right = {"username": user["username"], "is_admin": True}
    with team.ask_mlflow() as mlflow:
        mlflow.post("/api/2.0/mlflow/users/create", json=user).raise_for_status()
        mlflow.patch("/api/2.0/mlflow/users/update-admin", json=right).raise_for_status()
    return {
        "PHOENIX_API_KEY": key["data"]["key"],
        "MLFLOW_TRACKING_USERNAME": user["username"],
        "MLFLOW_TRACKING_PASSWORD": user["password"],
    }


def test_both_keep_everything_in_postgres(team: Stack) -> None:
    def tables(database: str) -> int:
        schema = "select count(*) from information_schema.tables where table_schema = 'public'"
        return int(team.postgres.sql(schema, database=database))

    assert tables("phoenix") > 20
    assert tables("mlflow") > 20
    assert tables("mlflow_auth") > 2
    assert not list(team.folder.rglob("*.db"))


def test_each_server_gets_into_its_own_databases_alone(team: Stack) -> None:
    password = team.secret("mlflow_database_password")

    def asked(database: str) -> int:
        variables = team.postgres.environment | {"PGUSER": "mlflow", "PGPASSWORD": password}
        command = [str(team.postgres.programs / "psql"), "-XqtA", "-d", database, "-c", "select 1"]
        return subprocess.run(command, env=variables, capture_output=True).returncode

    assert [asked(one) == 0 for one in ("mlflow", "mlflow_auth", "phoenix")] == [True, True, False]


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic YWRtaW46d3Jvbmc="])
def test_nobody_gets_in_without_the_right_token(team: Stack, token: str) -> None:
    headers = {"authorization": token} if token else {}
    search = "/api/2.0/mlflow/experiments/search?max_results=5"
    with httpx.Client(headers=headers, trust_env=False, timeout=30) as client:
        answers = [
            client.get(f"{team.phoenix_url}/v1/projects"),
            client.post(f"{team.phoenix_url}/v1/traces", headers=PROTOBUF, content=b""),
            client.post(f"{team.mlflow_url}/v1/traces", headers=PROTOBUF, content=b""),
            client.get(f"{team.mlflow_url}{search}"),
        ]

    # MLflow knows accounts alone: it stumbles over a bearer token, and lets nobody in by that.
    last = 500 if token.startswith("Bearer") else 401
    assert [one.status_code for one in answers] == [401, 401, 401, last]


def test_names_that_mlflow_was_not_told_of_are_refused(team: Stack) -> None:
    path = "/api/2.0/mlflow/experiments/search?max_results=5"
    with team.ask_mlflow() as client:
        assert client.get(path, headers={"host": "elsewhere.example.org"}).status_code == 403
        assert client.get(path, headers={"host": "mlflow:5000"}).status_code == 200


def test_the_first_administrators_log_in_with_the_passwords_that_were_made(team: Stack) -> None:
    login = {"email": "admin@localhost", "password": team.secret("phoenix_admin_password")}
    usual = login | {"password": "admin"}
    with httpx.Client(base_url=team.phoenix_url, trust_env=False) as client:
        assert client.post("/auth/login", json=usual).status_code == 401
        assert client.post("/auth/login", json=login).status_code == 204
    with team.ask_mlflow(("admin", "password1234")) as client:
        assert client.get("/version").status_code == 401


def test_accounts_of_its_own_are_enough_to_publish(team: Stack, workspace: Path) -> None:
    own = own_accounts(team)

    refused = publish(team, workspace, who=own | {"PHOENIX_API_KEY": "wrong"}, code=4)
    publish(team, workspace, who=own)

    assert "refuses the token (HTTP 401)" in refused
    with team.ask_phoenix() as phoenix, team.ask_mlflow() as mlflow:
        assert len(phoenix_state.spans(phoenix, "team")) == 10
        scores = phoenix_state.of_midspan(phoenix, "team", "span")
        assert scores["0000000007e10004 call_ok"]["result"]["score"] == 0
        found = mlflow_state.assessments(mlflow, mlflow_state.experiment_id(mlflow, "team"))
    failed = found["tr-000000000000000000000000000007e1", "0000000007e10004", "step.call_ok"]
    assert failed["feedback"]["value"] is False


@contextmanager
def watching(team: Stack, folder: Path) -> Iterator[Service]:
    """Watch as compose.yaml starts it."""
    urls = {"phoenix_url": team.phoenix_url, "mlflow_url": team.mlflow_url}
    with ExitStack() as running:
        service = watch(team.secrets, folder, port=unused_port(), **urls)
        running.callback(service.stop)
        service.start()
        service.await_health()
        yield service


def test_nobody_sends_without_the_token(team: Stack, tmp_path: Path) -> None:
    with watching(team, tmp_path / "watch") as service:
        url = service.health.replace("/healthz", "")
        request = line(golden_spans(1)[0], "refused")
        answers = [
            httpx.post(f"{url}/v1/traces", json=request, headers=headers, trust_env=False)
            for headers in ({}, {"authorization": f"Bearer {team.secret('agents_token')}"})
        ]
        metrics = httpx.get(f"{url}/metrics", trust_env=False)

    assert [one.status_code for one in (*answers, metrics)] == [401, 401, 401]


def test_nothing_is_lost_where_postgres_fails_and_watch_is_killed(
    team: Stack, tmp_path: Path
) -> None:
    runs = range(0x7F1, 0x7F9)
    offline = scored(tmp_path, runs, "lasting")
    wanted = expected(team, offline)
    with (
        watching(team, tmp_path / "watch") as service,
        Agents(service, team.secret("watch_token")) as agents,
    ):
        for number in runs[:3]:
            agents.send(number, "lasting")
        eventually(lambda: bool(held(team, "lasting")), service.tail)

        team.postgres.crash()
        for number in runs[3:6]:
            agents.send(number, "lasting")
        service.kill()
        service.start()
        for number in runs[6:]:
            agents.send(number, "lasting")
        team.postgres.start()

        eventually(
            lambda: held(team, "lasting") == wanted,
            lambda: f"{held(team, 'lasting')} instead of {wanted}\n{service.tail()}",
        )

    assert agents.taken == len(runs) * 5
    live = Workspace(tmp_path / "watch" / "workspace")
    assert_frame_equal(rows(live), rows(offline))
