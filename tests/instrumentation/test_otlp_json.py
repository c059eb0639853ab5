import json
from enum import IntEnum
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags

from midspan.instrumentation.otlp_json import encode_line, span_text, value_text
from midspan.instrumentation.testing import Recorder


class Level(IntEnum):
    HIGH = 3


def ended(recorder: Recorder, **given: Any) -> ReadableSpan:
    tracer = recorder.tracer_provider.get_tracer("my.scope", "1.2", "https://schema/1.37")
    span = tracer.start_span("chat gpt", start_time=1_795_153_081_129_481_434, **given)
    span.add_event("exception", {"exception.type": "ValueError"}, timestamp=5)
    span.end(end_time=1_795_153_081_148_997_001)
    return recorder.finished[-1]


def test_line_is_one_export_request(recorder: Recorder) -> None:
    remote = SpanContext(10, 11, is_remote=True, trace_flags=TraceFlags(1))
    span = ended(
        recorder,
        kind=SpanKind.CLIENT,
        attributes={"gen_ai.usage.input_tokens": 498, "é": "\ud83d"},
        links=[Link(remote, {"why": "retry"})],
    )
    line = encode_line(span)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": "test"}}]
                },
                "scopeSpans": [
                    {
                        "scope": {"name": "my.scope", "version": "1.2"},
                        "schemaUrl": "https://schema/1.37",
                        "spans": [
                            {
                                "traceId": "00000000000000000000000000000001",
                                "spanId": "0000000000000001",
                                "name": "chat gpt",
                                "kind": 3,
                                "startTimeUnixNano": "1795153081129481434",
                                "endTimeUnixNano": "1795153081148997001",
                                "attributes": [
                                    {
                                        "key": "gen_ai.usage.input_tokens",
                                        "value": {"intValue": "498"},
                                    },
                                    {"key": "é", "value": {"stringValue": "?"}},
                                ],
                                "events": [
                                    {
                                        "timeUnixNano": "5",
                                        "name": "exception",
                                        "attributes": [
                                            {
                                                "key": "exception.type",
                                                "value": {"stringValue": "ValueError"},
                                            }
                                        ],
                                    }
                                ],
                                "links": [
                                    {
                                        "traceId": "0000000000000000000000000000000a",
                                        "spanId": "000000000000000b",
                                        "attributes": [
                                            {"key": "why", "value": {"stringValue": "retry"}}
                                        ],
                                        "flags": 768,
                                    }
                                ],
                                "status": {},
                                "flags": 256,
                            }
                        ],
                    }
                ],
            }
        ]
    }


def test_child_names_its_parent(recorder: Recorder) -> None:
    tracer = recorder.tracer_provider.get_tracer("x")
    with tracer.start_as_current_span("outer"):
        tracer.start_span("inner").end()
    inner, outer = (json.loads(span_text(span)) for span in recorder.finished)
    assert inner["parentSpanId"] == outer["spanId"] == "0000000000000001"
    assert "parentSpanId" not in outer


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a", {"stringValue": "a"}),
        (True, {"boolValue": True}),
        (2**53 + 1, {"intValue": "9007199254740993"}),
        (0.5, {"doubleValue": 0.5}),
        (float("inf"), {"doubleValue": "Infinity"}),
        (b"\x00\xff", {"bytesValue": "AP8="}),
        (None, {}),
        (Level.HIGH, {"intValue": "3"}),
        ('"\n\x00\u2028\\', {"stringValue": '"\n\x00\u2028\\'}),
        (("a", 1), {"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "1"}]}}),
        ({"a": 1}, {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}),
    ],
)
def test_values(value: object, encoded: dict[str, Any]) -> None:
    assert json.loads(value_text(value)) == encoded


def test_a_span_tells_what_was_lost_before_it(recorder: Recorder) -> None:
    span = json.loads(span_text(ended(recorder, attributes={"a": "b"}), lost=3))
    assert span["attributes"] == [
        {"key": "a", "value": {"stringValue": "b"}},
        {"key": "midspan.spans_lost", "value": {"intValue": "3"}},
    ]
