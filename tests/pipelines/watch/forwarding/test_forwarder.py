"""Forwarding: all that was accepted gets there, in order, whatever the server does meanwhile."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from midspan.pipelines.watch.backlog import BacklogWriter, Kind
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.forwarding import Endpoint, Forwarder, forwarder
from midspan.pipelines.watch.forwarding.endpoint import headers_of_environment
from midspan.pipelines.watch.splitting import split
from midspan.scorers.errors import InvalidInput
from tests.support.otlp_server import Server
from tests.support.watch_command import request_of, trace


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


class Setup:
    def __init__(self, directory: Path, url: str) -> None:
        self.directory, self.figures = directory, Figures(None)
        self.writer = BacklogWriter(directory / "backlog")
        self.endpoint = Endpoint(url=url, headers={"x-key": "s3cret"})

    def accept(self, *numbers: int, kind: Kind = "traces") -> None:
        for number in numbers:
            if kind == "traces":
                body = request_of(*trace(number))
            else:
                record = {"traceId": f"{number + 1:032x}", "timeUnixNano": "5"}
                body = json.dumps(
                    {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
                ).encode()
            self.writer.append(split(kind, "json", body, received_ns=1).entries)

    def pass_on(self, times: int = 1) -> int:
        async def work() -> int:
            found = Forwarder(
                self.endpoint,
                backlog=self.directory / "backlog",
                marks=self.directory / "marks.jsonl",
                figures=self.figures,
            )
            async with self.endpoint.client() as client:
                return sum([await found.pass_on(client) for _ in range(times)])

        return asyncio.run(work())

    def counted(self, name: str) -> float:
        return sum(
            value for key, value in self.figures.told.counters.items() if key.startswith(name)
        )


@pytest.fixture
def setup(tmp_path: Path, server: Server) -> Iterator[Setup]:
    found = Setup(tmp_path, server.url)
    yield found
    found.writer.close()


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarder, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(forwarder, "LONGEST_WAIT", 0.01)


def ids(*numbers: int) -> list[str]:
    return [f"{number + 1:032x}" for number in numbers for _ in range(3)]


def test_what_was_accepted_is_passed_on_once_and_in_order(server: Server, setup: Setup) -> None:
    setup.accept(1, 2, 3)
    assert setup.pass_on(times=2) == 1
    assert server.traces() == ids(1, 2, 3)
    assert server.headers[0]["x-key"] == "s3cret"
    assert setup.counted("forward_sent") == 9
    setup.accept(4)
    assert setup.pass_on() == 1
    assert server.traces() == ids(1, 2, 3, 4)


def test_log_records_go_to_their_own_address(server: Server, setup: Setup) -> None:
    setup.accept(1)
    setup.accept(2, kind="logs")
    setup.accept(3)
    assert setup.pass_on() == 3
    assert [path for path, _ in server.taken] == ["/v1/traces", "/v1/logs", "/v1/traces"]


def test_protobuf_is_passed_on_as_protobuf(server: Server, setup: Setup) -> None:
    for number in (1, 2):
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add().scope_spans.add().spans
        spans.add(trace_id=bytes([number] * 16), span_id=b"2" * 8, start_time_unix_nano=5)
        body = request.SerializeToString()
        setup.writer.append(split("traces", "protobuf", body, received_ns=1).entries)
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 1
    server.answers.append((200, {}, answer.SerializeToString()))
    assert setup.pass_on() == 1
    found = ExportTraceServiceRequest.FromString(server.taken[0][1])
    assert [
        span.trace_id[0]
        for sender in found.resource_spans
        for library in sender.scope_spans
        for span in library.spans
    ] == [1, 2]
    assert server.headers[0]["content-type"] == "application/x-protobuf"
    assert (setup.counted("forward_sent"), setup.counted("forward_refused")) == (1, 1)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 502, 503, 504])
def test_a_server_that_cannot_now_is_borne_with(
    server: Server, setup: Setup, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.accept(1)
    server.answers = [(status, {}, b"")] * 3
    setup.pass_on()
    assert server.traces() == ids(1)
    assert server.asked == 4
    assert setup.counted("forward_retries") == 3
    told = capsys.readouterr().err
    assert told.count(f"answers HTTP {status}") == 1
    assert told.count("answers again") == 1


def test_a_server_is_asked_again_when_it_asks_for_it(
    server: Server, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleeping = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await sleeping(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    server.answers = [(429, {"retry-after": "7"}, b""), (503, {"retry-after": "999999"}, b"")]
    setup.accept(1)
    setup.pass_on()
    assert waits == [7.0, forwarder.LONGEST_ASKED]


def test_what_does_not_fit_takes_nothing_else_along(
    server: Server, setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    server.unfit = {f"{2 + 1:032x}"}
    setup.accept(1, 2, 3)
    setup.pass_on()
    assert server.traces() == ids(1, 3)
    assert (setup.counted("forward_sent"), setup.counted("forward_refused")) == (6, 3)
    assert "does not take 3 spans of trace" in capsys.readouterr().err


def test_requests_are_bounded(server: Server, setup: Setup) -> None:
    setup.accept(*range(300))
    assert setup.pass_on() == 2
    assert server.traces() == ids(*range(300))


def test_what_was_not_answered_is_sent_again_after_a_restart(server: Server, setup: Setup) -> None:
    setup.accept(1)
    setup.pass_on()
    setup.accept(2)
    server.answers = [(503, {"retry-after": "60"}, b"")]

    async def interrupted() -> None:
        found = Forwarder(
            setup.endpoint,
            backlog=setup.directory / "backlog",
            marks=setup.directory / "marks.jsonl",
            figures=setup.figures,
        )
        task = asyncio.create_task(found.run())
        while server.asked < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(interrupted())
    assert server.traces() == ids(1)
    setup.pass_on()
    assert server.traces() == ids(1, 2)


def test_an_address_may_name_a_signal_already() -> None:
    endpoint = Endpoint(url="http://127.0.0.1:1/otlp/v1/traces/", headers={"x": "s3cret"})
    assert endpoint.address("logs") == "http://127.0.0.1:1/otlp/v1/logs"
    assert "s3cret" not in repr(endpoint)
    with pytest.raises(InvalidInput, match="address"):
        Endpoint(url="127.0.0.1:4318")
    with pytest.raises(InvalidInput, match="password"):
        Endpoint(url="http://me:s3cret@127.0.0.1:4318")


def test_headers_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a=b, x=1,")
    assert headers_of_environment() == {"authorization": "Bearer a=b", "x": "1"}
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "s3cret")
    with pytest.raises(InvalidInput) as raised:
        headers_of_environment()
    assert "s3cret" not in str(raised.value)


def test_a_date_may_say_when_to_come_again() -> None:
    assert forwarder.retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert forwarder.retry_after("Wed, 21 Oct 2115 07:28:00 GMT") == forwarder.LONGEST_ASKED


def test_what_is_damaged_on_disk_is_not_counted_as_sent(server: Server, setup: Setup) -> None:
    setup.accept(1, 2)
    segment = setup.directory / "backlog" / "000001.wal"
    content = bytearray(segment.read_bytes())
    content[-3] ^= 1  # in the payload of the last
    segment.write_bytes(content)
    setup.pass_on()
    assert server.traces() == ids(1)
    assert (setup.counted("forward_sent"), setup.counted("forward_unreadable")) == (3, 3)
