"""What goes out is counted, and a server that is not there does not hold up the agent's end."""

import logging
import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from midspan.instrumentation.exporting import ExportProcessor, listens
from midspan.instrumentation.testing import Recorder


class Exporter(SpanExporter):
    """Holds each batch back until it is told to let go, or is shut down."""

    def __init__(self, result: SpanExportResult = SpanExportResult.SUCCESS) -> None:
        self.result = result
        self.names: list[str] = []
        self.shut = 0
        self.free = threading.Event()
        self.asked = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.free.wait(30)
        self.names += [span.name for span in spans]
        return SpanExportResult.FAILURE if self.shut else self.result

    def shutdown(self) -> None:
        self.shut += 1
        self.free.set()


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def dead() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1/traces"


def ended(recorder: Recorder, processor: ExportProcessor, count: int) -> None:
    recorder.tracer_provider.add_span_processor(processor)
    for number in range(count):
        recorder.tracer_provider.get_tracer("x").start_span(f"span {number}").end()


def test_all_that_waits_is_sent_where_somebody_listens(
    recorder: Recorder, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = Exporter()
    exporter.free.set()
    processor = ExportProcessor(f"http://127.0.0.1:{port}", exporter)
    ended(recorder, processor, 2)
    processor.shutdown()
    processor.shutdown()
    assert (exporter.names, exporter.shut) == (["span 0", "span 1"], 1)
    assert processor.unsent() == 0
    assert caplog.messages == []


def test_an_attempt_under_way_is_called_off_where_nobody_listens(
    recorder: Recorder, dead: str, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = Exporter()
    processor = ExportProcessor(dead, exporter)
    ended(recorder, processor, 600)  # more than a batch, so that one is under way
    assert exporter.asked.wait(10)
    processor.shutdown()
    assert exporter.shut == 1
    assert caplog.record_tuples == [
        (
            "midspan.instrumentation.exporting",
            logging.WARNING,
            f"600 of 600 spans did not reach {dead} (a spool, where one is set up, has them)",
        )
    ]


def test_a_server_that_never_answers_is_not_waited_for(
    recorder: Recorder, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = Exporter()
    url = f"http://ann:planted@127.0.0.1:{port}/v1/traces?key=planted"
    processor = ExportProcessor(url, exporter, last=0.01)
    ended(recorder, processor, 2)
    processor.shutdown()
    assert exporter.shut == 1
    assert caplog.messages == [
        f"2 of 2 spans did not reach http://127.0.0.1:{port}/v1/traces "
        "(a spool, where one is set up, has them)"
    ]


def test_flush_says_whether_the_spans_came_through(recorder: Recorder, port: int) -> None:
    exporter = Exporter(SpanExportResult.FAILURE)
    exporter.free.set()
    processor = ExportProcessor(f"http://127.0.0.1:{port}", exporter)
    ended(recorder, processor, 1)
    assert not processor.force_flush()
    assert processor.unsent() == 1
    processor.shutdown()


def test_behind_a_proxy_nobody_can_tell_who_listens(
    dead: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert listens(f"http://127.0.0.1:{port}/v1/traces", 1)
    assert not listens(dead, 1)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert listens(dead, 1)


def test_process_with_a_dead_server_ends_and_says_so_once(dead: str, tmp_path: Path) -> None:
    code = """
    import os
    from midspan.instrumentation import run, setup, tool_call

    setup(endpoint=os.environ["DEAD"], spool=os.environ["SPOOL"])
    with run(run_id="a" * 32), tool_call("look", arguments={}):
        pass
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"DEAD": dead, "SPOOL": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        f"1 of 1 spans did not reach {dead} (a spool, where one is set up, has them)\n"
    )
    assert (tmp_path / f"{'a' * 32}-0.otlp.jsonl").is_file()
