"""Servers of models are asked whether they are there, with the key that they will be asked with."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from midspan.pipelines.sweep.endpoints import endpoint_problems, key_problems
from midspan.pipelines.sweep.problems import Problem
from midspan.scorers.errors import Exit
from midspan.scorers.suite import Model


class Server:
    """An OpenAI-compatible server that knows some models, and may want a key."""

    def __init__(self, models: list[str], key: str | None = None, text: str | None = None) -> None:
        self.requests: list[tuple[str, str | None]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                given = self.headers["Authorization"]
                server.requests.append((self.path, given))
                allowed = key is None or given == f"Bearer {key}"
                body = text or json.dumps({"data": [{"id": name} for name in models]})
                self.send_response(200 if allowed else 401)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"


@contextmanager
def serving(*models: str, key: str | None = None, text: str | None = None) -> Iterator[Server]:
    server = Server([*models], key, text)
    thread = Thread(target=server.http.serve_forever, args=[0.01])
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def model(name: str, endpoint: str, key_env: str | None = None) -> Model:
    return Model(name=name, endpoint=endpoint, key_env=key_env)


def test_a_key_that_is_not_there_is_told_by_the_name_of_its_variable() -> None:
    models = [model(name, "http://127.0.0.1:9/v1", "LAB_KEY") for name in ("lab/a", "lab/b")]
    problem = Problem(
        what="the variable LAB_KEY is not set; it is to hold the key for lab/a, lab/b",
        fix="export LAB_KEY=...   (the suite's `key_env` names it)",
        exit_code=Exit.SURROUNDINGS,
    )
    assert list(key_problems(models, {})) == [problem]
    assert list(key_problems(models, {"LAB_KEY": ""})) == [problem]
    assert list(key_problems(models, {"LAB_KEY": "k"})) == []


def test_a_server_that_is_there_is_asked_once() -> None:
    with serving("lab/a", "lab/b") as server:
        models = [model(name, server.endpoint) for name in ("lab/a", "lab/b")]
        assert list(endpoint_problems(models, {})) == []
        assert server.requests == [("/v1/models", None)]


def test_the_key_is_tried() -> None:
    with serving("lab/a", key="right") as server:
        models = [model("lab/a", server.endpoint, "LAB_KEY")]
        assert list(endpoint_problems(models, {"LAB_KEY": "right"})) == []
        [problem] = endpoint_problems(models, {"LAB_KEY": "wrong"})
        assert problem.what == f"{server.endpoint}: refuses the key in LAB_KEY (HTTP 401)"
        assert "wrong" not in str(problem)


def test_a_model_without_a_key_where_one_is_wanted() -> None:
    with serving("lab/a", key="right") as server:
        [problem] = endpoint_problems([model("lab/a", server.endpoint)], {})
        assert problem.what == f"{server.endpoint}: asks for a key (HTTP 401), and lab/a has none"
        assert problem.fix == "Name the variable that holds it: `key_env: NAME` of the model."


def test_a_server_that_is_not_there() -> None:
    models = [model(name, "http://127.0.0.1:9/v1") for name in ("lab/a", "lab/b")]
    assert list(endpoint_problems(models, {})) == [
        Problem(
            what="http://127.0.0.1:9/v1: the server of lab/a does not answer: Connection refused",
            fix="Start it, or correct `endpoint` in the suite, then run the same command again.",
            exit_code=Exit.SURROUNDINGS,
        )
    ]


def test_a_key_that_no_header_takes_is_not_shown() -> None:
    with serving("lab/a") as server:
        [problem] = endpoint_problems(
            [model("lab/a", server.endpoint, "LAB_KEY")], {"LAB_KEY": "sec\nret"}
        )
        assert "does not answer" in problem.what
        assert "sec" not in str(problem)


def test_without_the_key_only_a_server_that_is_not_there_is_told() -> None:
    """That the key is missing is told elsewhere; what is mended is to be mended at once."""
    with serving("lab/a", key="secret") as server:
        assert list(endpoint_problems([model("lab/a", server.endpoint, "LAB_KEY")], {})) == []
    gone = [model(name, "http://127.0.0.1:9/v1", key) for name, key in (("a", "KEY"), ("b", None))]
    [problem] = endpoint_problems(gone, {})
    assert problem.what.startswith("http://127.0.0.1:9/v1: the server of a does not answer: ")


def test_a_model_that_is_not_listed_is_warned_of() -> None:
    """No more than that: routers take names that they do not list."""
    with (
        serving("lab/small", "lab/large") as server,
        pytest.warns(UserWarning, match=r"does not list lab/smal\. Did you mean 'lab/small'\?"),
    ):
        assert list(endpoint_problems([model("lab/smal", server.endpoint)], {})) == []


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"data": null}', '{"data": [{}]}'])
def test_a_server_that_lists_nothing_may_serve_all_the_same(text: str) -> None:
    with serving(text=text or " ") as server, warnings.catch_warnings(action="error"):
        assert list(endpoint_problems([model("lab/a", server.endpoint)], {})) == []
