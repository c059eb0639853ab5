"""Spans go to the real servers whole, only once, and none is lost on the way."""

import itertools
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.mlflow_server import MlflowServer
from midspan.pipelines.workspace import Workspace
from tests.support.as_written import SERVERS, pieces_in, send_as_written, send_to
from tests.support.republished import pieces
from tests.support.reverse_proxy import Answer, Rule, proxied

SPANS = "/v1/traces"
FIRST_RUNS = itertools.count(0x5000000, 0x100)


@pytest.fixture
def shop(golden_run: Any, tmp_path: Path) -> Workspace:
    """Six runs of five spans, other ones for each test: Phoenix knows a span id only once."""
    first = next(FIRST_RUNS)
    files = [golden_run(number) for number in range(first, first + 6)]
    ingest(files, tmp_path / "ws")
    return Workspace(tmp_path / "ws")


def project_of(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("[", " ").rstrip("]")


def stored_in(server: str, project: str, phoenix: Any, mlflow: Any) -> list[tuple[str, str]]:
    """Name and status of every span that a server has of a project."""
    if server == "phoenix":
        return sorted((span["name"], span["status_code"]) for span in phoenix.spans(project))
    traces = [trace["trace_id"] for trace in mlflow.search(project)]
    spans = mlflow.spans(*traces) if traces else []
    return sorted(
        (span["name"], span["status"]["code"].removeprefix("STATUS_CODE_")) for span in spans
    )


WHOLE = sorted(
    6
    * [
        ("invoke_agent shop-agent", "OK"),
        ("chat gpt-4.1-mini", "OK"),
        ("execute_tool lookup", "OK"),
        ("execute_tool convert", "ERROR"),
        ("chat gpt-4.1-mini", "OK"),
    ]
)


@pytest.mark.parametrize("server", SERVERS)
def test_what_a_server_has_is_not_sent_to_it(
    servers: Any,
    shop: Workspace,
    server: str,
    request: pytest.FixtureRequest,
    phoenix: Any,
    mlflow: Any,
) -> None:
    project = project_of(request)
    spans = pieces(shop, project)
    # Another process was killed after it had sent some spans, of one trace only a part.
    send_to(server, getattr(servers, server), spans[:12])

    with proxied(getattr(servers, server)) as proxy:
        second = send_to(server, proxy.url, spans)
        sent = proxy.paths("POST").count(SPANS)
        third = send_to(server, proxy.url, spans)

    assert (second.already, second.stored, second.left) == (12, 18, {})
    assert (third.already, third.stored) == (30, 0)
    assert sent == proxy.paths("POST").count(SPANS) == 1
    assert stored_in(server, project, phoenix, mlflow) == WHOLE


@pytest.mark.parametrize("server", SERVERS)
def test_a_busy_server_loses_nothing(
    servers: Any,
    shop: Workspace,
    server: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    phoenix: Any,
    mlflow: Any,
) -> None:
    monkeypatch.setattr("midspan.pipelines.publish.otlp.MAXIMUM_SPANS", 4)
    project, asked = project_of(request), 0

    def burst(_method: str, _path: str) -> Answer | None:
        nonlocal asked
        asked += 1
        return (503, "queue is full") if asked % 3 else None

    with proxied(getattr(servers, server), burst) as proxy:
        count = send_to(server, proxy.url, pieces(shop, project), first_wait=0.01)

    refused = [one for one in proxy.asked if one[1:] == (SPANS, 503)]
    assert len(refused) == 16, "of eight requests each was refused twice"
    assert (count.stored, count.left) == (30, {})
    assert stored_in(server, project, phoenix, mlflow) == WHOLE


@pytest.mark.parametrize("server", SERVERS)
def test_what_a_server_that_goes_away_lacks_goes_out_the_next_time(
    servers: Any,
    shop: Workspace,
    server: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    phoenix: Any,
    mlflow: Any,
) -> None:
    monkeypatch.setattr("midspan.pipelines.publish.otlp.MAXIMUM_SPANS", 4)
    project = project_of(request)
    spans = pieces(shop, project)

    with proxied(getattr(servers, server), away_after(3)) as proxy:
        first = send_to(server, proxy.url, spans, deadline=0.1)
        tried = proxy.paths("POST").count(SPANS)
    second = send_to(server, getattr(servers, server), spans)

    [(reason, rows)] = first.left.items()
    assert reason == f"{server} gave no answer (HTTP 503: down, for 0.1 s)"
    assert (first.stored, rows) == (12, 18)
    assert tried == 4, "after it is gone nothing more is tried"
    assert (second.already, second.stored, second.left) == (12, 18, {})
    assert stored_in(server, project, phoenix, mlflow) == WHOLE


def away_after(requests: int) -> Rule:
    """Return a rule by which a server takes so many requests of spans, and then none."""
    taken = 0

    def rule(_method: str, path: str) -> Answer | None:
        nonlocal taken
        if path != SPANS:
            return None
        taken += 1
        return (503, "down") if taken > requests else None

    return rule


def test_mlflow_is_asked_for_no_experiment_that_it_lacks(servers: Any) -> None:
    server = MlflowServer(servers.mlflow, patience=Patience())
    with server.client:
        assert server.present("never made", ["a" * 32]) == set()
        answer = httpx.get(
            f"{servers.mlflow}/api/2.0/mlflow/experiments/get-by-name",
            params={"experiment_name": "never made"},
        )
    assert answer.status_code == 404


def test_the_experiment_is_made_for_evaluation(servers: Any, golden_run: Any, mlflow: Any) -> None:
    send_as_written([golden_run(0x500)], "made now", mlflow=servers.mlflow)

    kind = {"key": "mlflow.experimentKind", "value": "genai_development"}
    assert kind in mlflow.experiment("made now")["tags"]


def test_any_name_can_be_a_project(servers: Any, golden_run: Any, phoenix: Any) -> None:
    name = "größe/a b?#1"

    send_as_written([golden_run(0x600)], name, phoenix=servers.phoenix, mlflow=servers.mlflow)

    names = {one["name"] for one in phoenix.client.get("/v1/projects").json()["data"]}
    assert name in names


@pytest.mark.parametrize("server", SERVERS)
def test_a_trace_that_another_project_has_is_left_and_told(
    servers: Any, golden_run: Any, server: str
) -> None:
    file, url = golden_run(0x700 + len(server)), getattr(servers, server)
    send_as_written([file], "first", **{server: url})

    count = send_to(server, url, pieces_in([file], "second"), stall=1)

    [(reason, rows)] = count.left.items()
    assert (count.stored, count.already, rows) == (0, 0, 5)
    assert reason.startswith(
        {
            "phoenix": "its trace is in project 'first', and Phoenix does not move traces",
            "mlflow": "its trace is in experiment ",
        }[server]
    )


@pytest.mark.parametrize("server", SERVERS)
def test_more_spans_than_a_request_holds(servers: Any, golden_run: Any, server: str) -> None:
    first = 0x1000 if server == "phoenix" else 0x2000
    files = [golden_run(number, experiment="many") for number in range(first, first + 110)]

    count = send_to(server, getattr(servers, server), pieces_in(files))

    assert (count.asked, count.stored) == (550, 550)
