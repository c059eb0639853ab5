"""Answers that make no sense, or come late: one kind of error, and nothing is lost by it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import polars as pl
import pytest

from midspan.pipelines.publish.exchange import Patience, ServerError, require_reachable
from midspan.pipelines.publish.human_rows import human_rows, keep_human_rows
from midspan.pipelines.publish.phoenix import pull
from midspan.pipelines.publish.phoenix.api import Gone, Phoenix
from midspan.pipelines.publish.phoenix.configs import Configs, configs_of
from midspan.pipelines.publish.phoenix.dataset import Dataset
from midspan.pipelines.publish.phoenix.experiment import Experiment
from midspan.pipelines.publish.phoenix.variants import Attempt, Variant
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.plugins import declarations
from tests.support.reverse_proxy import proxied
from tests.support.shop_runs import shop, trace_of

VERSION = {"x-phoenix-server-version": "20.26.1"}


def quick() -> Patience:
    """Return the usual patience, on a clock that only waiting moves."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return Patience(clock=lambda: now[0], sleep=sleep)


@contextmanager
def phoenix(answer: Callable[[httpx.Request], httpx.Response]) -> Iterator[Phoenix]:
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://a") as client:
        yield Phoenix(client, quick())


@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b"[]", b'{"data": null}', b'{"data": [{"na', b"<html>"]
)
def test_an_answer_without_sense_is_an_error_of_the_server(body: bytes) -> None:
    with phoenix(lambda _request: httpx.Response(200, content=body)) as server:
        for ask in (
            lambda: server.projects(),
            lambda: server.get("/v1/projects"),
            lambda: server.made("/v1/datasets/upload", {}),
            lambda: server.mutate("mutation", {}),
        ):
            with pytest.raises(ServerError, match=r"/\S+ answered"):
                ask()


def test_an_answer_that_cannot_be_decoded_is_asked_for_again_and_then_given_up() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        stream = httpx.ByteStream(b"no gzip")
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)

    with phoenix(answer) as server, pytest.raises(Gone, match="phoenix gave no answer"):
        server.projects()

    assert len(asked) > 1


def test_a_busy_server_is_borne_with_from_the_first_request_on() -> None:
    answers = [httpx.Response(503)] * 3 + [httpx.Response(200, headers=VERSION)]

    with phoenix(lambda _request: answers.pop(0)) as server:
        server.require_usable()

    assert answers == []


def test_one_that_stays_busy_is_said_to_be_busy() -> None:
    with (
        phoenix(lambda _request: httpx.Response(503, text="full")) as server,
        pytest.raises(SurroundingsError, match=r"too busy to answer \(HTTP 503: full"),
    ):
        server.require_usable()


def test_one_config_that_is_refused_keeps_nothing_from_the_others() -> None:
    made = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            name = json.loads(request.content)["name"]
            if name == "odd":
                return httpx.Response(422, text="no such name")
            made.append(name)
            return httpx.Response(200, json={"data": {"name": name, "id": f"id-{name}"}})
        return httpx.Response(200, json={"data": []})

    with phoenix(answer) as server:
        configs = Configs(server, {name: {"name": name} for name in ("odd", "call_ok")})
        configs.ensure("project", ["odd", "call_ok"])

    assert made == ["call_ok"]
    assert list(configs.refused) == ["odd"]
    assert "no such name" in configs.refused["odd"]


def test_names_that_no_score_may_have_get_no_config(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="odd-names")
    run = f"{trace_of(1, 0):032x}"
    given = {"run_id": run, "trace_id": run, "scorer": "phoenix", "value": 1.0}
    rows = human_rows([{**given, "name": name} for name in ("note", " ", "kind")])
    code = pl.lit("code").cast(rows["source"].dtype)
    keep_human_rows(workspace, rows.with_columns(source=code), "phoenix")

    found = configs_of(Workspace(workspace.path), declarations())

    assert "kind" in found
    assert not {"note", " "} & set(found)


def people_server(projects: list[str], traces: list[str]) -> Callable[[str, str], tuple[int, str]]:
    """A Phoenix that has some projects and traces, and of which nobody said anything."""

    def rule(_method: str, path: str) -> tuple[int, str]:
        found: object = []
        if path.startswith("/arize_phoenix_version"):
            return 200, "20.26.1"
        if path.startswith("/v1/projects?"):
            found = [{"name": name, "id": f"id-{name}"} for name in projects]
        elif "/traces?" in path:
            found = [{"trace_id": trace} for trace in traces if trace in path]
        return 200, json.dumps({"data": found, "next_cursor": None})

    return rule


@pytest.fixture
def judged(tmp_path: Path) -> Workspace:
    workspace = shop(tmp_path, experiment="shop")
    run = f"{trace_of(1, 0):032x}"
    row = {"run_id": run, "trace_id": run, "name": "polite", "scorer": "phoenix:ann", "value": 1.0}
    keep_human_rows(workspace, human_rows([row]), "phoenix")
    return workspace


def test_a_mistyped_project_takes_nothing_away(judged: Workspace) -> None:
    with proxied("http://127.0.0.1:9", people_server(["shop"], [])) as server:
        target = Target(server="phoenix", url=server.url)
        with pytest.raises(InvalidInput, match="there is no project 'typo'") as caught:
            pull(judged, target, project="typo")

    assert "shop" in str(caught.value.fix)


@pytest.mark.parametrize("projects", [[], ["shop"]])
def test_what_a_wiped_server_no_longer_has_is_kept(judged: Workspace, projects: list[str]) -> None:
    with proxied("http://127.0.0.1:9", people_server(projects, [])) as server:
        found = pull(judged, Target(server="phoenix", url=server.url), project=None)

    assert found.rows["name"].to_list() == ["polite"]
    [(reason, rows)] = found.left.items()
    assert "kept as they were pulled before" in reason
    assert rows == 1
    assert keep_human_rows(judged, found.rows, "phoenix") == 0


def test_what_people_took_back_goes(judged: Workspace) -> None:
    trace = f"{trace_of(1, 0):032x}"
    with proxied("http://127.0.0.1:9", people_server(["shop"], [trace])) as server:
        found = pull(judged, Target(server="phoenix", url=server.url), project=None)

    assert (found.rows.height, found.left) == (0, {})
    assert keep_human_rows(judged, found.rows, "phoenix") == 1


def test_a_token_that_expires_on_the_way_names_the_variable() -> None:
    with (
        phoenix(lambda _request: httpx.Response(401, text="expired")) as server,
        pytest.raises(Gone, match=r"HTTP 401\): set one of its API keys: export PHOENIX_API_KEY="),
    ):
        server.projects()


def test_another_kind_of_server_is_named() -> None:
    with (
        phoenix(lambda _request: httpx.Response(404, text="<title>MLflow</title>")) as server,
        pytest.raises(SurroundingsError, match="that is an MLflow, not a Phoenix"),
    ):
        server.require_usable()
    page = "<html><head><title>Phoenix</title>"
    with (
        phoenix(lambda _request: httpx.Response(200, text=page)) as server,
        pytest.raises(SurroundingsError, match="that is a Phoenix, not an MLflow"),
    ):
        require_reachable(server.client, "mlflow", "/health")


def test_an_experiment_made_anew_takes_its_own_project_along_and_no_other() -> None:
    deleted = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            deleted.append(str(request.url))
            return httpx.Response(204)
        if request.method == "POST":
            return httpx.Response(200, json={"data": {"id": "new", "metadata": {}}})
        return httpx.Response(404)

    attempt = Attempt(run_id="r", task="task", repetition=1, body={"trace_id": "t"}, evaluations={})
    variant = Variant(project="shop", axes={"revision": "v1"}, attempts={("task", 1): attempt})
    dataset = Dataset(id="data", version="1", examples={"task": "example"})
    metadata = variant.metadata(done=True)
    there = [
        {
            "id": number,
            "name": number,
            "repetitions": 99,
            "project_name": project,
            "metadata": metadata,
        }
        for number, project in (("one", "Experiment-8826893c"), ("two", "shop"), ("three", None))
    ]
    with phoenix(answer) as server:
        experiment = Experiment.of(server, dataset, variant, there)

    assert experiment.replaced
    assert deleted == [
        "http://a/v1/experiments/one?delete_project=true",
        "http://a/v1/experiments/two",
        "http://a/v1/experiments/three",
    ]
