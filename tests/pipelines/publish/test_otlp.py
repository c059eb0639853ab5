"""Grouping and sending spans; the integration tests have the real servers."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from midspan.pipelines.publish import links
from midspan.pipelines.publish.exchange import GaveUp, Patience, post
from midspan.pipelines.publish.otlp import Batch, batches
from midspan.pipelines.publish.phoenix_server import PhoenixServer
from tests.support.as_written import pieces_in

TRACE = "0af7651916cd43dd8448eb211c80319c"


def request(*spans: dict[str, Any], resource: dict[str, str] | None = None) -> bytes:
    attributes = [{"key": k, "value": {"stringValue": v}} for k, v in (resource or {}).items()]
    scope_spans = [{"scope": {"name": "test"}, "spans": list(spans)}]
    body = {"resource": {"attributes": attributes}, "scopeSpans": scope_spans}
    return json.dumps({"resourceSpans": [body]}).encode() + b"\n"


def span(number: int, *, trace: str = TRACE, name: str = "step", **more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    return {"traceId": trace, "spanId": f"{number:016x}", "name": name, **times, **more}


def experiment(name: str) -> list[dict[str, Any]]:
    return [{"key": "midspan.experiment", "value": {"stringValue": name}}]


@pytest.fixture
def spool(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: bytes) -> Path:
        path = tmp_path / "run-0.otlp.jsonl"
        path.write_bytes(b"".join(lines))
        return path

    return write


def decoded(batch: Batch) -> ExportTraceServiceRequest:
    request: ExportTraceServiceRequest
    request = ExportTraceServiceRequest.FromString(gzip.decompress(batch.encode()))
    return request


class TestBatches:
    def test_no_batch_holds_more_than_512_spans_or_two_projects(
        self, spool: Callable[..., Path]
    ) -> None:
        many = [span(n, attributes=experiment("a")) for n in range(1, 601)]
        other = span(601, trace="c" * 32, attributes=experiment("b"))

        made = list(batches(pieces_in([spool(request(*many), request(other))])))

        assert [(one.project, len(one.pieces)) for one in made] == [
            ("a", 512),
            ("a", 88),
            ("b", 1),
        ]

    def test_large_spans_make_small_batches(self, spool: Callable[..., Path]) -> None:
        large = [{"key": "text", "value": {"stringValue": "x" * 3_000_000}}]

        made = list(
            batches(pieces_in([spool(*(request(span(n, attributes=large)) for n in range(1, 4)))]))
        )

        assert [len(one.pieces) for one in made] == [2, 1]

    def test_the_request_names_the_project_and_repeats_no_resource(
        self, spool: Callable[..., Path]
    ) -> None:
        lines = [request(span(n), resource={"service.name": "shop"}) for n in (1, 2)]

        (batch,) = batches(pieces_in([spool(*lines)], "größe/b"))

        (resource_spans,) = decoded(batch).resource_spans
        assert {a.key: a.value.string_value for a in resource_spans.resource.attributes} == {
            "service.name": "shop",
            "openinference.project.name": "größe/b",
        }
        (scope_spans,) = resource_spans.scope_spans
        assert scope_spans.scope.name == "test"
        assert len(scope_spans.spans) == 2


@contextmanager
def receiver(answer: Callable[[int, bytes], tuple[int, dict[str, str]]]) -> Iterator[str]:
    """A server on this machine that answers its n-th POST as told."""
    count = 0

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal count
            body = self.rfile.read(int(self.headers["content-length"]))
            status, headers = answer(count, body)
            count += 1
            self.send_response(status)
            for name, value in {"content-length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, **more: float) -> Patience:
        return Patience(clock=lambda: self.now, sleep=self.sleep, **more)


class TestPatience:
    def test_a_busy_server_is_asked_again_with_growing_waits(self) -> None:
        clock = Clock()
        answers = [(503, {}), (429, {"retry-after": "3"}), (503, {}), (200, {})]

        with receiver(lambda n, _: answers[n]) as url, httpx.Client(base_url=url) as client:
            answer = post(client, "/", content=b"x", headers={}, patience=clock.patience())

        assert answer.status_code == 200
        assert clock.slept == [0.2, 3.0, 0.8]

    def test_it_ends_at_the_deadline(self) -> None:
        clock = Clock()

        with (
            receiver(lambda *_: (503, {})) as url,
            httpx.Client(base_url=url) as client,
            pytest.raises(GaveUp, match="HTTP 503, for 5 s"),
        ):
            post(client, "/", content=b"x", headers={}, patience=clock.patience(deadline=5))

        assert clock.now <= 5

    def test_a_server_that_is_not_there_is_asked_again_too(self) -> None:
        clock = Clock()

        with httpx.Client(base_url="http://127.0.0.1:9") as client, pytest.raises(GaveUp):
            post(client, "/", content=b"x", headers={}, patience=clock.patience(deadline=1))

        assert clock.slept == [0.2, 0.4]


class TestSending:
    def test_a_bad_span_is_found_and_the_others_are_sent(self, spool: Callable[..., Path]) -> None:
        taken: set[str] = set()

        def answer(_: int, body: bytes) -> tuple[int, dict[str, str]]:
            sent = ExportTraceServiceRequest.FromString(gzip.decompress(body))
            spans = [
                one
                for resource_spans in sent.resource_spans
                for scope_spans in resource_spans.scope_spans
                for one in scope_spans.spans
            ]
            if any(one.name == "poison" for one in spans):
                return 422, {}
            taken.update(one.span_id.hex() for one in spans)
            return 200, {}

        spans = [span(n, name="poison" if n == 6 else "step") for n in range(1, 11)]
        (batch,) = batches(pieces_in([spool(request(*spans))]))
        with receiver(answer) as url:
            server = PhoenixServer(url, patience=Clock().patience())
            with server.client:
                missing = server.send(batch)

        assert missing == {(TRACE, f"{6:016x}"): "HTTP 422"}
        assert taken == {f"{n:016x}" for n in range(1, 11) if n != 6}

    def test_a_server_that_fails_once_is_asked_again(self, spool: Callable[..., Path]) -> None:
        (batch,) = batches(pieces_in([spool(request(span(1)))]))

        with receiver(lambda number, _: (500 if number == 0 else 200, {})) as url:
            server = PhoenixServer(url, patience=Clock().patience())
            with server.client:
                assert server.send(batch) == {}

        with receiver(lambda *_: (500, {})) as url:
            server = PhoenixServer(url, patience=Clock().patience())
            with server.client:
                assert server.send(batch) == {batch.pieces[0].key: "HTTP 500"}

    def test_after_a_server_is_gone_nothing_more_is_tried(self, spool: Callable[..., Path]) -> None:
        clock = Clock()
        (batch,) = batches(pieces_in([spool(request(span(1)))]))
        asked: list[int] = []

        def answer(number: int, _: bytes) -> tuple[int, dict[str, str]]:
            asked.append(number)
            return 503, {}

        with receiver(answer) as url:
            server = PhoenixServer(url, patience=clock.patience(deadline=1))
            with server.client:
                first = server.send(batch)
                tries = len(asked)
                second = server.send(batch)

        assert (
            first == second == {batch.pieces[0].key: "phoenix gave no answer (HTTP 503, for 1 s)"}
        )
        assert len(asked) == tries


def test_links_lead_to_projects_and_traces() -> None:
    phoenix, mlflow = "http://127.0.0.1:6006/", "http://127.0.0.1:5000"

    assert [
        links.phoenix_project(phoenix, "a b/c"),
        links.mlflow_experiment(mlflow, "7"),
        links.mlflow_traces(mlflow, "7"),
    ] == [
        "http://127.0.0.1:6006/redirects/projects/a%20b%2Fc",
        "http://127.0.0.1:5000/#/experiments/7",
        "http://127.0.0.1:5000/#/experiments/7/traces?startTimeLabel=ALL",
    ]
