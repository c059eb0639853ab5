"""Whatever becomes of the server, the agent gets its result and the spool its spans."""

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

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

AGENT = """
    from midspan.instrumentation import agent, run, setup, tool

    telemetry = setup(spool="spool", endpoint=ENDPOINT)

    @tool
    def look(number):
        if number == 3:
            raise KeyError(number)
        return {"number": number}

    with run(run_id="a" * 32), agent("shop") as step:
        for number in range(40):
            try:
                assert look(number) == {"number": number}
            except KeyError as error:
                assert (number, error.args) == (3, (3,))
        step.record_answer("done")
    report = telemetry.report("a" * 32)
    print(report.written, report.lost, flush=True)
"""


class Server(http.server.ThreadingHTTPServer):
    """An OTLP/HTTP server that answers as it is told, and keeps the names of spans it took."""

    def __init__(self, answers: list[int], delay: float) -> None:
        self.names: list[str] = []
        self.requests = 0
        self.free = threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
                server.free.wait(delay)
                status = answers[min(server.requests, len(answers) - 1)]
                server.requests += 1
                if status == 200:
                    server.names += names(body)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *given: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


def names(body: bytes) -> list[str]:
    request = ExportTraceServiceRequest.FromString(body)
    scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
    return [span.name for scope in scopes for span in scope.spans]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    server = Server(*request.param)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.free.set()
    server.shutdown()
    thread.join()
    server.server_close()


def agent_sending_to(endpoint: str, folder: Path, server: Server | None = None) -> list[str]:
    """What the agent says; the server is held back until the agent is through with its work."""
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(AGENT).replace("ENDPOINT", repr(endpoint))],
        cwd=folder,
        env={**os.environ, "OTEL_BSP_SCHEDULE_DELAY": "1000" if server is None else "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "41 0\n"
    if server is not None:
        server.free.set()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 0, said
    [path] = (folder / "spool").iterdir()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    spans = [line["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] for line in lines]
    assert spans == ["execute_tool look"] * 40 + ["invoke_agent shop"]
    return said.splitlines()


def test_a_server_that_is_down_costs_the_agent_nothing(tmp_path: Path) -> None:
    said = agent_sending_to("http://127.0.0.1:1", tmp_path)
    assert said[-1].startswith("41 of 41 spans did not reach http://127.0.0.1:1/v1/traces")


@pytest.mark.parametrize("server", [([503, 503, 200], 0.0)], indirect=True)
def test_a_server_that_is_busy_is_asked_again(tmp_path: Path, server: Server) -> None:
    agent_sending_to(f"http://127.0.0.1:{server.server_port}", tmp_path)
    assert server.requests == 3
    assert server.names == ["execute_tool look"] * 40 + ["invoke_agent shop"]


@pytest.mark.parametrize("server", [([200], 60.0)], indirect=True)
def test_a_slow_server_does_not_hold_up_the_work(tmp_path: Path, server: Server) -> None:
    agent_sending_to(f"http://127.0.0.1:{server.server_port}", tmp_path, server)
    assert sorted(server.names) == ["execute_tool look"] * 40 + ["invoke_agent shop"]


@pytest.mark.parametrize("server", [([400], 0.0)], indirect=True)
def test_a_server_that_refuses_is_not_asked_again(tmp_path: Path, server: Server) -> None:
    said = agent_sending_to(f"http://127.0.0.1:{server.server_port}", tmp_path)
    assert server.requests == 1
    assert any("41 of 41 spans did not reach" in line for line in said)
