"""Texts are made when a span is read, of what stood there when the step took place."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider

from midspan.instrumentation import llm_call, run, tool_call
from midspan.instrumentation.late import LARGEST_COPY
from midspan.instrumentation.testing import Recorder


def result_of(recorder: Recorder) -> Any:
    return recorder.attributes()["execute_tool t"]["gen_ai.tool.call.result"]


def test_no_text_is_made_before_somebody_reads_the_span(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr("midspan.instrumentation.encoding._STRICT", Encoder(made))
    provider = recorder.tracer_provider
    messages = [{"role": "user", "content": "How much?"}]
    with (
        run(run_id="a" * 32, task="t"),
        llm_call(
            "m", provider="p", messages=messages, tools=[{"name": "look"}], tracer_provider=provider
        ) as call,
    ):
        call.record_response("36", usage={"prompt_tokens": 7}, tool_calls=[{"name": "look"}])
    with tool_call("t", arguments={"id": [1, 2]}, tracer_provider=provider) as step:
        step.record_result([{"eur": 36}])
    assert made == []
    assert result_of(recorder) == '[{"eur":36}]'
    assert len(made) > 4


class Encoder:
    """Writes JSON, and keeps what it was asked to write."""

    def __init__(self, made: list[object]) -> None:
        self.made = made

    def encode(self, value: object) -> str:
        self.made.append(value)
        return json.dumps(value, separators=(",", ":"))


def test_what_changes_after_the_step_is_recorded_as_it_was(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    messages: list[dict[str, Any]] = [{"role": "user", "content": "one"}]
    arguments: dict[str, Any] = {"ids": [1]}
    with llm_call("m", provider="p", messages=messages, tracer_provider=provider):
        messages.append({"role": "assistant", "content": "two"})
        messages[0]["content"] = "changed"
    with tool_call("t", arguments=arguments, tracer_provider=provider) as step:
        arguments["ids"].append(2)
        result = [arguments]
        step.record_result(result)
    result.append(arguments)
    told = recorder.attributes()
    assert json.loads(told["chat m"]["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "one"}]}
    ]
    assert told["execute_tool t"]["gen_ai.tool.call.arguments"] == '{"ids":[1]}'
    assert result_of(recorder) == '[{"ids":[1,2]}]'


@dataclass
class Order:
    total: float


class Shouting(str):
    def __str__(self) -> str:
        return self.upper()


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (Order(36.0), '{"total":36.0}'),
        ([Order(36.0)], '[{"total":36.0}]'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        ({"a": (1, 2), "b": {3}}, '{"a":[1,2],"b":[3]}'),
        ({1: float("nan")}, '{"1":"nan"}'),
        (bytearray(b"x"), "\"bytearray(b'x')\""),
        (Shouting("a"), "a"),
        (b"x", "\"b'x'\""),
    ],
)
def test_every_kind_of_value_is_written_as_it_always_was(
    recorder: Recorder, result: object, text: str
) -> None:
    with tool_call("t", arguments=None, tracer_provider=recorder.tracer_provider) as step:
        step.record_result(result)
        if isinstance(result, list) and isinstance(result[0], Order):
            result[0].total = 0
    assert result_of(recorder) == text


class Message:
    """A message as an SDK's object."""

    def __init__(self, content: str) -> None:
        self.content = content

    def model_dump(self, **given: object) -> dict[str, str]:
        assert given == {"mode": "json", "exclude_none": True}
        return {"role": "assistant", "content": self.content}


def test_messages_of_an_sdk_are_copied_with_the_others(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr("midspan.instrumentation.encoding._STRICT", Encoder(made))
    told = Message("36")
    messages: list[object] = [{"role": "user", "content": "How much?"}, told]
    provider = recorder.tracer_provider
    with llm_call("m", provider="p", messages=messages, tracer_provider=provider) as call:
        told.content = "changed"
        call.record_response(usage=None)
    assert made == []
    assert json.loads(recorder.attributes()["chat m"]["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "How much?"}]},
        {"role": "assistant", "parts": [{"type": "text", "content": "36"}]},
    ]


def test_what_refers_to_itself_and_what_is_large(recorder: Recorder) -> None:
    loop: list[object] = []
    loop.append(loop)
    large = ["x" * LARGEST_COPY]
    for result in (loop, large):
        with tool_call("t", arguments=None, tracer_provider=recorder.tracer_provider) as step:
            step.record_result(result)
    first, second = (span["attributes"]["gen_ai.tool.call.result"] for span in recorder.spans())
    assert first == '["..."]'
    assert second == json.dumps(large)


@pytest.mark.parametrize(
    ("limits", "count", "dropped"),
    [
        (SpanLimits(max_span_attributes=6), 6, 2),
        (SpanLimits(max_span_attribute_length=3), 8, 0),
        (SpanLimits(), 8, 0),
    ],
)
def test_limits_of_the_user_hold(limits: SpanLimits, count: int, dropped: int) -> None:
    seen: list[ReadableSpan] = []

    class Keep(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            seen.append(span)

    provider = TracerProvider(span_limits=limits, shutdown_on_exit=False)
    provider.add_span_processor(Keep())
    with tool_call("t", arguments="12345", tracer_provider=provider):
        pass
    assert (len(seen[0].attributes or {}), seen[0].dropped_attributes) == (count, dropped)
    longest = max(len(str(value)) for value in (seen[0].attributes or {}).values())
    assert longest == (3 if limits.max_span_attribute_length else len("application/json"))


def test_a_span_in_the_making_can_be_added_to(recorder: Recorder) -> None:
    from opentelemetry import trace

    provider = recorder.tracer_provider
    with tool_call("t", arguments={"a": 1}, tracer_provider=provider):
        trace.get_current_span().set_attribute("mine", 1)
    assert recorder.attributes()["execute_tool t"]["mine"] == 1
