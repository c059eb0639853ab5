"""Splitting: every span of a request is in the one entry of its trace, or told to be refused."""

import json
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from midspan.pipelines.watch.backlog import Encoding
from midspan.pipelines.watch.splitting import Split, split

A, B = "a" * 32, "b" * 32
ROOT, CHILD = "1" * 16, "2" * 16
RUN = "0123456789abcdef0123456789abcdef"


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def span(trace: str = A, span_id: str = ROOT, **changes: Any) -> dict[str, Any]:
    return {
        "traceId": trace,
        "spanId": span_id,
        "name": "step",
        "startTimeUnixNano": "1000",
        "endTimeUnixNano": "2000",
        **changes,
    }


def request(*senders: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": list(senders)}


def sender(*spans: dict[str, Any], **resource: str) -> dict[str, Any]:
    attributes = [attribute(key.replace("_", "."), value) for key, value in resource.items()]
    return {
        "resource": {"attributes": attributes},
        "schemaUrl": "https://schema",
        "scopeSpans": [{"scope": {"name": "library", "version": "1"}, "spans": list(spans)}],
    }


def protobuf(found: dict[str, Any]) -> bytes:
    import base64

    def with_bytes(value: Any) -> Any:
        if isinstance(value, list):
            return [with_bytes(each) for each in value]
        if isinstance(value, dict):
            return {
                key: base64.b64encode(bytes.fromhex(each)).decode()
                if key in ("traceId", "spanId", "parentSpanId")
                else with_bytes(each)
                for key, each in value.items()
            }
        return value

    message = json_format.ParseDict(with_bytes(found), ExportTraceServiceRequest())
    return message.SerializeToString()


def split_as(encoding: Encoding, found: dict[str, Any]) -> Split:
    body = json.dumps(found, indent=1).encode() if encoding == "json" else protobuf(found)
    return split("traces", encoding, body, received_ns=5)


def contents(encoding: Encoding, payload: bytes) -> list[tuple[str, str, str]]:
    """Return service, trace and span id of each span of a payload."""
    if encoding == "json":
        assert b"\n" not in payload
        found = json.loads(payload)
        return [
            (_service(one["resource"]["attributes"]), each["traceId"], each["spanId"])
            for one in found["resourceSpans"]
            for library in one["scopeSpans"]
            for each in library["spans"]
        ]
    message = ExportTraceServiceRequest.FromString(payload)
    return [
        (
            next((a.value.string_value for a in one.resource.attributes), ""),
            each.trace_id.hex(),
            each.span_id.hex(),
        )
        for one in message.resource_spans
        for library in one.scope_spans
        for each in library.spans
    ]


def _service(attributes: list[dict[str, Any]]) -> str:
    return next((str(each["value"]["stringValue"]) for each in attributes), "")


ENCODINGS = pytest.mark.parametrize("encoding", ["json", "protobuf"])


@ENCODINGS
def test_each_trace_has_one_entry_with_all_its_spans(encoding: Encoding) -> None:
    found = split_as(
        encoding,
        request(
            sender(span(A), span(B), service_name="one"),
            sender(span(A, CHILD, parentSpanId=ROOT), service_name="two"),
        ),
    )
    assert [(one.header.trace_id, one.header.spans) for one in found.entries] == [(A, 2), (B, 1)]
    first, second = (contents(encoding, one.payload) for one in found.entries)
    assert first == [("one", A, ROOT), ("two", A, CHILD)]
    assert second == [("one", B, ROOT)]
    assert (found.accepted, found.refused.total()) == (3, 0)


@ENCODINGS
def test_library_and_schema_stay_with_their_spans(encoding: Encoding) -> None:
    found = split_as(encoding, request(sender(span(A), span(B), service_name="one")))
    for one in found.entries:
        if encoding == "json":
            place = json.loads(one.payload)["resourceSpans"][0]
            assert place["schemaUrl"] == "https://schema"
            assert place["scopeSpans"][0]["scope"] == {"name": "library", "version": "1"}
        else:
            message = ExportTraceServiceRequest.FromString(one.payload).resource_spans[0]
            assert message.schema_url == "https://schema"
            assert message.scope_spans[0].scope.version == "1"


@ENCODINGS
@pytest.mark.parametrize(
    ("spans", "ended"),
    [
        ([span()], True),
        ([span(endTimeUnixNano="0")], False),
        ([span(span_id=CHILD, parentSpanId=ROOT)], False),
        ([span(span_id=CHILD, parentSpanId=ROOT), span()], True),
        ([span(parentSpanId="0" * 16)], True),
    ],
)
def test_a_root_that_ended_is_told(
    encoding: Encoding, spans: list[dict[str, Any]], ended: bool
) -> None:
    (entry,) = split_as(encoding, request(sender(*spans))).entries
    assert entry.header.root_ended is ended


@ENCODINGS
def test_runs_and_sessions_are_found_as_ingest_finds_them(encoding: Encoding) -> None:
    child = span(
        span_id=CHILD,
        parentSpanId=ROOT,
        startTimeUnixNano="1",
        attributes=[attribute("midspan.run.id", "f" * 32), attribute("session.id", "of a child")],
    )
    root = span(
        attributes=[
            attribute("midspan.run.id", RUN.upper()),
            attribute("session.id", "second"),
            attribute("gen_ai.conversation.id", "first"),
        ]
    )
    (entry,) = split_as(encoding, request(sender(child, root))).entries
    assert (entry.header.run_id, entry.header.session) == (RUN, "first")


@ENCODINGS
def test_a_run_may_be_named_by_the_resource(encoding: Encoding) -> None:
    (entry,) = split_as(encoding, request(sender(span(), midspan_run_id=RUN))).entries
    assert entry.header.run_id == RUN
    own = span(attributes=[attribute("midspan.run.id", "f" * 32)])
    (entry,) = split_as(encoding, request(sender(own, midspan_run_id=RUN))).entries
    assert entry.header.run_id == "f" * 32


def test_ids_may_be_spelled_otherwise() -> None:
    upper = span(A.upper())
    in_base64 = span("qqqqqqqqqqqqqqqqqqqqqg==", "IiIiIiIiIiI=", parentSpanId=ROOT)
    (entry,) = split_as("json", request(sender(upper, in_base64))).entries
    assert (entry.header.trace_id, entry.header.spans) == (A, 2)


def test_text_that_is_not_utf8_costs_its_bytes_alone() -> None:
    body = protobuf(request(sender(span(name="caf?"))))
    found = split("traces", "protobuf", body.replace(b"caf?", b"caf\xe9"), received_ns=1)
    stored = ExportTraceServiceRequest.FromString(found.entries[0].payload)
    assert stored.resource_spans[0].scope_spans[0].spans[0].name == "caf?"


def test_logs_go_with_their_trace_or_session() -> None:
    def log(**changes: Any) -> dict[str, Any]:
        return {"timeUnixNano": "5", "body": {"stringValue": "x"}, **changes}

    loose = log(attributes=[attribute("session.id", "s")])
    body = {
        "resourceLogs": [
            {"scopeLogs": [{"logRecords": [log(traceId=A), log(traceId=B), log(traceId=A)]}]},
            {"scopeLogs": [{"logRecords": [loose, loose, log()]}]},
        ]
    }
    found = split("logs", "json", json.dumps(body).encode(), received_ns=1)
    assert [
        (one.header.trace_id, one.header.session, one.header.spans) for one in found.entries
    ] == [
        (A, None, 2),
        (B, None, 1),
        (None, "s", 2),
        (None, None, 1),
    ]
    message = ExportLogsServiceRequest()
    records = message.resource_logs.add().scope_logs.add().log_records
    records.add(trace_id=bytes.fromhex(A), time_unix_nano=5)
    records.add(trace_id=bytes.fromhex(B), time_unix_nano=5)
    found = split("logs", "protobuf", message.SerializeToString(), received_ns=1)
    assert [one.header.trace_id for one in found.entries] == [A, B]
    first = ExportLogsServiceRequest.FromString(found.entries[0].payload)
    assert [one.trace_id.hex() for one in first.resource_logs[0].scope_logs[0].log_records] == [A]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from([A, B, "c" * 32, "0" * 32, "short"]),
            st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_every_span_is_accepted_once_or_refused(sent: list[tuple[int, str, int]]) -> None:
    senders = [
        sender(
            *(span(trace, f"{number + 1:016x}") for where, trace, number in sent if where == each),
            service_name=str(each),
        )
        for each in range(3)
    ]
    found = split_as("json", request(*senders))
    good = [one for one in sent if one[1] not in ("0" * 32, "short")]
    assert (found.accepted, found.refused.total()) == (len(good), len(sent) - len(good))
    stored = [each for one in found.entries for each in contents("json", one.payload)]
    expected = [(str(where), trace, f"{number + 1:016x}") for where, trace, number in good]
    assert sorted(stored) == sorted(expected)
    assert len({one.header.trace_id for one in found.entries}) == len(found.entries)
