"""The receiver over real HTTP: what it takes, and what it asks to be sent again."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.support.watch_receiver import SPAN, TRACE, Running, request_of, running, span


@pytest.fixture
def running_receiver(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def test_json_is_in_the_backlog_once_it_is_answered(running_receiver: Running) -> None:
    status, body, _ = running_receiver.post(request_of(span()))
    assert (status, json.loads(body)) == (200, {})
    (header,) = running_receiver.headers()
    assert (header.trace_id, header.spans, header.root_ended) == (TRACE, 1, True)
    assert running_receiver.counters["spans_accepted"] == 1


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_a_real_exporter_is_taken(running_receiver: Running, compression: Compression) -> None:
    exporter = OTLPSpanExporter(
        endpoint=f"http://127.0.0.1:{running_receiver.port}/v1/traces", compression=compression
    )
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("agent").start_as_current_span("root") as root:
        root.set_attribute("midspan.run.id", "11111111111111111111111111111111")
    provider.shutdown()
    (header,) = running_receiver.headers()
    assert header.encoding == "protobuf"
    assert header.trace_id == f"{root.get_span_context().trace_id:032x}"
    assert header.run_id == "11111111111111111111111111111111"
    stored = ExportTraceServiceRequest.FromString(running_receiver.payloads()[0])
    assert stored.resource_spans[0].scope_spans[0].spans[0].name == "root"


def test_an_empty_request_is_taken(running_receiver: Running) -> None:
    assert running_receiver.post(b"{}")[0] == 200
    assert running_receiver.post(b"", content_type="application/x-protobuf")[0] == 200
    assert running_receiver.headers() == []


def test_bad_spans_are_told_and_their_neighbours_taken(running_receiver: Running) -> None:
    body = request_of(
        span(),
        span(spanId="zz"),
        span(traceId="0" * 32),
        span(startTimeUnixNano="soon"),
        span(startTimeUnixNano="0"),
        span(parentSpanId="123"),
    )
    status, answer, _ = running_receiver.post(body)
    told = json.loads(answer)["partialSuccess"]
    assert (status, told["rejectedSpans"]) == (200, "5")
    assert told["errorMessage"] == "span id is not 16 hex digits, or all zeros: 'zz'"
    assert [header.spans for header in running_receiver.headers()] == [1]
    assert json.loads(running_receiver.payloads()[0])["resourceSpans"][0]["scopeSpans"] == [
        {"spans": [span()]}
    ]
    counters = running_receiver.counters
    assert counters["spans_accepted"] == 1
    assert counters["spans_refused{reason=bad_id}"] == 3
    assert counters["spans_refused{reason=bad_span}"] == 1
    assert counters["spans_refused{reason=bad_time}"] == 1


def test_bad_spans_of_protobuf_are_told_as_well(running_receiver: Running) -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(trace_id=b"1" * 16, span_id=b"2" * 8, start_time_unix_nano=5)
    spans.add(trace_id=b"1" * 15, span_id=b"2" * 8, start_time_unix_nano=5)
    status, answer, told = running_receiver.post(
        request.SerializeToString(), content_type="application/x-protobuf"
    )
    response = ExportTraceServiceResponse.FromString(answer)
    assert (status, told["content-type"]) == (200, "application/x-protobuf")
    assert response.partial_success.rejected_spans == 1
    assert "trace id is not 32 hex digits" in response.partial_success.error_message
    stored = ExportTraceServiceRequest.FromString(running_receiver.payloads()[0])
    assert [one.span_id for one in stored.resource_spans[0].scope_spans[0].spans] == [b"2" * 8]


def test_a_full_backlog_asks_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, waiting=101, largest_backlog=100) as receiver:
        status, answer, told = receiver.post(request_of(span()))
        assert (status, told["retry-after"]) == (503, "5")
        assert json.loads(answer)["code"] == 14
        assert receiver.counters == {"requests_refused{reason=backlog_full}": 1}


def test_a_full_disk_asks_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, least_free=2**62) as receiver:
        status, _, told = receiver.post(request_of(span()))
        assert (status, told["retry-after"]) == (503, "15")
        assert receiver.counters == {"requests_refused{reason=disk_full}": 1}


def test_what_cannot_be_written_is_refused_and_not_acknowledged(
    running_receiver: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(entries: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running_receiver.receiver._writer, "append", full)
    assert running_receiver.post(request_of(span()))[0] == 503
    assert "spans_accepted" not in running_receiver.counters


def test_too_many_at_a_time_are_asked_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, most_in_flight=0) as receiver:
        status, _, told = receiver.post(request_of(span()))
        assert (status, told["retry-after"]) == (429, "1")
    with running(tmp_path, most_held=10) as receiver:
        assert receiver.post(request_of(span()))[0] == 429
        assert receiver.receiver._held.bytes == 0


def test_one_that_ends_takes_nothing_more(running_receiver: Running) -> None:
    running_receiver.receiver.stopping = True
    assert running_receiver.post(request_of(span()))[0] == 503


def test_log_records_are_taken(running_receiver: Running) -> None:
    record = {"traceId": TRACE, "spanId": SPAN, "timeUnixNano": "5", "body": {"stringValue": "x"}}
    loose = {
        "timeUnixNano": "5",
        "attributes": [{"key": "session.id", "value": {"stringValue": "s"}}],
    }
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record, loose, 5]}]}]}
    status, answer, _ = running_receiver.post(json.dumps(body).encode(), path="/v1/logs")
    assert status == 200
    assert json.loads(answer)["partialSuccess"]["rejectedLogRecords"] == "1"
    found = [(one.kind, one.trace_id, one.session) for one in running_receiver.headers()]
    assert found == [("logs", TRACE, None), ("logs", None, "s")]
    assert running_receiver.counters["log_records_accepted"] == 2


def test_many_senders_at_once_lose_nothing(running_receiver: Running) -> None:
    def send(number: int) -> None:
        for step in range(20):
            body = request_of(span(traceId=f"{number * 100 + step + 1:032x}"))
            assert running_receiver.post(body)[0] == 200

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {f"{number * 100 + step + 1:032x}" for number in range(8) for step in range(20)}
    assert {header.trace_id for header in running_receiver.headers()} == expected
