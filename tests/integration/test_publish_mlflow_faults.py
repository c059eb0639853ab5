"""What goes wrong on the way to a real MLflow: nothing is lost, and all of it is told."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.mlflow import pull
from midspan.pipelines.publish.target import Target
from midspan.scorers.errors import Exit, SurroundingsError
from midspan.scorers.tables import SCORES
from tests.support.mlflow_publishing import published
from tests.support.mlflow_state import assessments, experiment_id, runs
from tests.support.reverse_proxy import Answer, proxied
from tests.support.shop_runs import RUNS, STEPS, shop, shop_spans, trace_of
from tests.support.workspaces import ingested, put

BULK = "/api/3.0/mlflow/traces"


@pytest.fixture
def client(mlflow: Any) -> httpx.Client:
    found: httpx.Client = mlflow.client
    return found


def told(client: httpx.Client, experiment: str) -> dict[Any, Any]:
    """Return what assessments say, without times."""
    found = assessments(client, experiment_id(client, experiment))
    return {key: (one["feedback"], one.get("rationale")) for key, one in found.items()}


@pytest.mark.parametrize(
    ("status", "number", "why"),
    [
        (404, 0xC01, "MLflow answered HTTP 404"),
        (400, 0xC02, "MLflow answered HTTP 400"),
        (200, 0xC0E, "it did not keep every assessment"),
    ],
)
def test_without_the_bulk_request_they_go_one_by_one(
    servers: Any, client: httpx.Client, tmp_path: Path, status: int, number: int, why: str
) -> None:
    name = f"faults-{status}"
    workspace = ingested(tmp_path, shop_spans(experiment=name, number=number)[: 2 * STEPS])
    workspace.score()

    def no_bulk(method: str, path: str) -> Answer | None:
        return (status, "{}") if (method, path) == ("POST", BULK) else None

    with proxied(servers.mlflow, no_bulk) as proxy:
        first = published(workspace, proxy.url)
        one_by_one = told(client, name)
        again = published(workspace, proxy.url, again=True)

    assert (first.left, again.left) == ({}, {})
    assert first.notes[0].startswith(
        f"this MLflow does not take a trace's assessments in one request ({why}"
    )
    assert first.counts["assessments"].stored == len(one_by_one)
    assert proxy.paths("POST").count(BULK) == 2  # A test each time.

    published(workspace, servers.mlflow)
    assert told(client, name) == one_by_one


def test_a_burst_of_503_loses_nothing(servers: Any, client: httpx.Client, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="faults-503", number=0xC03)
    asked = Counter[str]()

    def busy(method: str, path: str) -> Answer | None:
        asked[path] += 1
        return (503, "busy") if asked[path] % 3 == 1 and method == "POST" else None

    with proxied(servers.mlflow, busy) as proxy:
        report = published(workspace, proxy.url)

    assert sum(status == 503 for _, _, status in proxy.asked) > 5
    assert (report.left, report.counts["spans"].stored) == ({}, RUNS * STEPS)
    assert len(told(client, "faults-503")) == report.counts["assessments"].stored


def test_a_server_that_fails_on_the_way_gets_the_rest_the_next_time(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="faults-500", number=0xC04)
    posted = 0

    def full(method: str, path: str) -> Answer | None:
        nonlocal posted
        posted += (method, path) == ("POST", BULK)
        return (500, "database or disk is full") if posted > 3 else None

    with proxied(servers.mlflow, full) as proxy:
        report = published(workspace, proxy.url)
        assert report.exit_code == Exit.IN_PART
        assert any("database or disk is full" in reason for reason in report.left)
        done = report.counts["assessments"]
        assert done.asked == done.stored + done.already + sum(done.left.values())

        proxy.rule = lambda _method, _path: None
        rest = published(workspace, proxy.url)

    assert (rest.left, rest.exit_code) == ({}, Exit.DONE)
    assert len(told(client, "faults-500")) == done.asked
    assert len(runs(client, experiment_id(client, "faults-500"))) == 3


def test_a_server_that_goes_away_keeps_nothing_waiting_for_long(
    servers: Any, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="faults-gone", number=0xC05)
    posted = 0

    def gone(method: str, path: str) -> Answer | None:
        nonlocal posted
        posted += (method, path) == ("POST", BULK)
        return (503, "going down") if posted > 3 else None

    with proxied(servers.mlflow, gone) as proxy:
        report = published(workspace, proxy.url, patience=Patience(deadline=0.5, first_wait=0.05))
        refused = [path for _, path, status in proxy.asked if status == 503]

    reasons = [reason for reason in report.left if "going down" in reason]
    assert reasons == ["mlflow gave no answer (HTTP 503: going down, for 0.5 s)"]
    assert len(refused) < 20
    assert report.left[reasons[0]] > 100


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_taken_is_told_of(servers: Any, tmp_path: Path, status: int) -> None:
    workspace = shop(tmp_path, experiment="faults-token", number=0xC06)

    def refuses(_method: str, path: str) -> Answer | None:
        return (status, "who are you?") if path.startswith("/api") else None

    with proxied(servers.mlflow, refuses) as proxy:
        for act in (published, lambda w, url: pull(w, Target(server="mlflow", url=url))):
            with pytest.raises(SurroundingsError) as raised:
                act(workspace, proxy.url)
            assert f"refuses: HTTP {status}: who are you?" in str(raised.value)
            assert "MLFLOW_TRACKING_TOKEN" in str(raised.value)


def test_a_server_that_is_too_old_is_told_of(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="faults-old", number=0xC07)

    def old(_method: str, path: str) -> Answer | None:
        return (200, "2.22.0") if path == "/version" else None

    with proxied(servers.mlflow, old) as proxy, pytest.raises(SurroundingsError) as raised:
        published(workspace, proxy.url)

    assert str(raised.value) == (
        f"mlflow at {proxy.url} is 2.22.0, and takes no spans yet\n"
        "Bring it to 3.6 or newer; midspan is tested with 3.17.2."
    )


def test_no_server_at_all_is_told_of(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="faults-none", number=0xC08)

    with pytest.raises(SurroundingsError) as raised:
        published(workspace, "http://127.0.0.1:9")

    assert str(raised.value).startswith("mlflow does not answer at http://127.0.0.1:9")


def test_another_server_is_no_mlflow(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="faults-other", number=0xC0D)

    def page(_method: str, path: str) -> Answer | None:
        return (200, "<html>welcome</html>") if path.startswith("/api") else None

    with proxied(servers.mlflow, page) as proxy, pytest.raises(SurroundingsError) as raised:
        published(workspace, proxy.url)

    assert "MLflow answered HTTP 200: <html>welcome</html>" in str(raised.value)


def test_a_number_that_is_none_is_refused(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="faults-nan", number=0xC0C)
    run = f"{trace_of(0xC0C, 0):032x}"
    fixed = {"run_id": run, "trace_id": run, "scorer": "extra", "evidence": []}
    fixed |= {"scorer_version": "1", "config_hash": "", "source": "code", "status": "ok"}
    values = {"a": float("nan"), "b": float("inf"), "c": 1.0, "../up": 2.0}
    rows = [{**fixed, "name": name, "value": value} for name, value in values.items()]
    put(workspace, "scores", SCORES.frame(rows))

    report = published(workspace, servers.mlflow)

    assert report.left == {"refused: not a finite number, which breaks the pages of servers": 2}
    assert report.counts["run"].stored == 3, "a name that MLflow refuses costs no run"
    names = {name for _, _, name in told(client, "faults-nan")}
    assert names & {"a", "b", "c"} == {"c"}
