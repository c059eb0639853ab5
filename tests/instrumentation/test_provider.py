import gzip
import http.server
import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from midspan.instrumentation import SpoolReport, agent, run, setup
from midspan.instrumentation.testing import Recorder


class Receiver:
    """An OTLP/HTTP server on loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.requests: list[ExportTraceServiceRequest] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers["content-encoding"] == "gzip":
                    body = gzip.decompress(body)
                receiver.paths.append(self.path)
                receiver.headers.append({k.lower(): v for k, v in self.headers.items()})
                receiver.requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *given: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


def python(code: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_adds_to_a_tracer_provider_that_is_there(recorder: Recorder, tmp_path: Path) -> None:
    provider = recorder.tracer_provider
    telemetry = setup(tracer_provider=provider, spool=tmp_path)
    with run(run_id="a" * 32), agent("shop", tracer_provider=provider):
        pass
    assert [span["name"] for span in recorder.spans()] == ["invoke_agent shop"]
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32 + "-0.otlp.jsonl"]
    assert telemetry.report("a" * 32) == SpoolReport(written=1, lost=0)
    telemetry.shutdown()


def test_second_setup_adds_nothing_twice(
    recorder: Recorder, tmp_path: Path, receiver: Receiver
) -> None:
    provider = recorder.tracer_provider
    first = setup(tracer_provider=provider, spool=tmp_path, endpoint=receiver.url)
    second = setup(tracer_provider=provider, spool=str(tmp_path), endpoint=receiver.url + "/")
    assert second is first
    with run(run_id="a" * 32), agent("shop", tracer_provider=provider):
        pass
    assert first.flush()
    assert len((tmp_path / ("a" * 32 + "-0.otlp.jsonl")).read_text().splitlines()) == 1
    assert [span.name for span in receiver.spans()] == ["invoke_agent shop"]
    first.shutdown()


def test_setup_after_shutdown_begins_anew(recorder: Recorder, tmp_path: Path) -> None:
    provider = recorder.tracer_provider
    setup(tracer_provider=provider, spool=tmp_path / "first").shutdown()
    again = setup(tracer_provider=provider, spool=tmp_path / "second")
    with run(run_id="a" * 32), agent("shop", tracer_provider=provider):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["second"]
    again.shutdown()


def test_endpoint_gets_the_spans_with_the_headers(recorder: Recorder, receiver: Receiver) -> None:
    provider = recorder.tracer_provider
    telemetry = setup(
        tracer_provider=provider,
        endpoint=receiver.url,
        headers={"x-mlflow-experiment-id": "7"},
    )
    with agent("shop", tracer_provider=provider):
        pass
    assert telemetry.flush()
    assert receiver.paths == ["/v1/traces"]
    assert receiver.headers[0]["x-mlflow-experiment-id"] == "7"
    assert receiver.headers[0]["content-encoding"] == "gzip"
    telemetry.shutdown()


def test_makes_a_tracer_provider_where_there_is_none(receiver: Receiver, tmp_path: Path) -> None:
    python(
        """
        from midspan.instrumentation import agent, run, setup
        from opentelemetry import trace

        setup(experiment="shop")
        with run(run_id="a" * 32, task="refund"), agent("shop-agent"):
            wide = {str(number): number for number in range(300)}
            trace.get_tracer("other").start_span("wide", attributes=wide).end()
        """,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        OTEL_RESOURCE_ATTRIBUTES="team=refunds",
        MIDSPAN_SPOOL=str(tmp_path),
    )
    [request] = receiver.requests
    resource = request.resource_spans[0].resource.attributes
    assert {item.key: item.value.string_value for item in resource} == {
        "service.name": "agent",
        "openinference.project.name": "shop",
        "team": "refunds",
    }
    wide, root = sorted(receiver.spans(), key=lambda span: span.name, reverse=True)
    assert len(wide.attributes) == 300 + len(("run.id", "experiment", "task", "metadata"))
    seen = {item.key: item.value.string_value for item in root.attributes}
    assert seen["midspan.experiment"] == "shop"
    assert seen["gen_ai.conversation.id"] == "shop/" + "a" * 32
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32 + "-0.otlp.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "variables", "resource"),
    [
        ("", {}, {"service.name": "agent", "openinference.project.name": "default"}),
        (
            "",
            {"OTEL_SERVICE_NAME": "shop", "MIDSPAN_EXPERIMENT": "refunds"},
            {"service.name": "shop", "openinference.project.name": "refunds"},
        ),
        (
            "service_name='mine', experiment='ours'",
            {"OTEL_SERVICE_NAME": "shop", "MIDSPAN_EXPERIMENT": "refunds"},
            {"service.name": "mine", "openinference.project.name": "ours"},
        ),
    ],
)
def test_resource_has_only_what_is_needed(
    arguments: str, variables: dict[str, str], resource: dict[str, str]
) -> None:
    shown = python(
        f"""
        import json
        from midspan.instrumentation import setup
        from opentelemetry import trace

        setup({arguments})
        print(json.dumps(dict(trace.get_tracer_provider().resource.attributes)))
        """,
        **variables,
    )
    assert json.loads(shown) == resource


def test_endpoint_of_the_environment_is_left_to_the_provider_that_is_there(
    recorder: Recorder, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    telemetry = setup(tracer_provider=recorder.tracer_provider)
    with agent("shop", tracer_provider=recorder.tracer_provider):
        pass
    telemetry.flush()
    assert receiver.requests == []
    telemetry.shutdown()


def test_spool_in_a_bucket_is_refused_with_a_reason(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    setup(tracer_provider=recorder.tracer_provider, spool="s3://bucket/runs").shutdown()
    assert "the spool must be a directory, not s3://bucket/runs" in caplog.text


def test_provider_that_takes_no_processors_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    from opentelemetry.trace import NoOpTracerProvider

    setup(tracer_provider=NoOpTracerProvider(), endpoint="http://127.0.0.1:1").shutdown()
    assert "NoOpTracerProvider takes no span processors" in caplog.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "no spans are recorded: "),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "a limit of the environment is left out, spans have none"),
    ],
)
def test_limit_that_is_no_number_does_not_raise_into_the_agent(name: str, said: str) -> None:
    code = """
        import logging, sys
        from midspan.instrumentation import setup, tool_call

        logging.basicConfig(stream=sys.stdout, format="%(message)s")
        setup()
        with tool_call("look", arguments={}):
            print("the agent goes on")
        """
    printed = python(code, **{name: "abc"})
    assert printed.startswith(said)
    assert f"{name} must be a non-negative integer but got abc" in printed
    assert printed.endswith("the agent goes on\n")


def test_what_cannot_be_set_up_is_told_and_does_not_raise(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: Any = 5
    telemetry = setup(endpoint=wrong, tracer_provider=recorder.tracer_provider)
    assert "no spans are recorded" in caplog.text
    telemetry.shutdown()


@pytest.mark.parametrize("endpoint", ["nonsense", "ftp://x", "http://", "http://h:port"])
def test_an_endpoint_that_is_no_address_is_said(
    recorder: Recorder, endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    setup(tracer_provider=recorder.tracer_provider, endpoint=endpoint)
    [said] = caplog.messages
    assert said.endswith(f"not an address such as http://127.0.0.1:4318: {endpoint.rstrip('/')}")


def test_nothing_secret_of_an_endpoint_is_said(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"authorization": "planted"}
    for endpoint in ("http://ann:planted@h:port", "ftp://ann:planted@h/?key=planted"):
        setup(tracer_provider=recorder.tracer_provider, endpoint=endpoint, headers=headers)
    assert [said.rsplit(" ", 1)[1] for said in caplog.messages] == ["http://h:port", "ftp://h/"]
    assert "planted" not in caplog.text


def test_a_provider_that_samples_nothing_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    setup(
        tracer_provider=TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False), spool=tmp_path
    )
    assert caplog.messages == [
        "the tracer provider samples nothing (ALWAYS_OFF): no span is recorded"
    ]
