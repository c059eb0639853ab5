"""What people pass to a model step that is None, or not what it should be."""

import json
from enum import Enum
from typing import Any

import pytest

from midspan.instrumentation import Cost, Usage, llm_call, losses, tool_call
from midspan.instrumentation.testing import Recorder

ANSWER = [
    {"role": "assistant", "parts": [{"type": "text", "content": "39 USD"}], "finish_reason": "stop"}
]


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("cannot be printed")


class Stop(Enum):
    LENGTH = "length"


class SdkUsage:
    """As the SDK of OpenAI gives it."""

    def model_dump(self, **options: Any) -> dict[str, Any]:
        return {"prompt_tokens": 12, "completion_tokens": 3}


@pytest.fixture(autouse=True)
def nothing_logged_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "_logged", set())


def recorded(recorder: Recorder, **response: Any) -> dict[str, Any]:
    provider = recorder.tracer_provider
    with llm_call("m", provider="openai", messages="How much?", tracer_provider=provider) as call:
        call.record_response(**response)
    return recorder.attributes()["chat m"]


def test_none_is_nothing_and_loses_nothing(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    seen = recorded(
        recorder,
        text="39 USD",
        reasoning=None,
        tool_calls=None,
        finish_reason=None,
        usage=None,
        model=None,
        response_id=None,
        time_to_first_chunk=None,
        cost=None,
    )
    assert json.loads(seen["gen_ai.output.messages"]) == ANSWER
    assert seen["output.value"] == "39 USD"
    assert not [name for name in seen if name.startswith(("gen_ai.response", "gen_ai.usage"))]
    assert caplog.records == []


def test_a_message_of_nothing_but_calls(recorder: Recorder) -> None:
    look = {"id": "c", "function": {"name": "look", "arguments": "{}"}}
    seen = recorded(recorder, text=None, tool_calls=[look], finish_reason="tool_calls")
    [message] = json.loads(seen["gen_ai.output.messages"])
    assert message["parts"] == [{"type": "tool_call", "id": "c", "name": "look", "arguments": {}}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tool_calls", 5),
        ("tool_calls", [{"id": "c"}]),
        ("tool_calls", [Unprintable()]),
        ("reasoning", Unprintable()),
        ("finish_reason", Unprintable()),
        ("usage", "12 tokens"),
        ("model", Unprintable()),
        ("response_id", Unprintable()),
        ("time_to_first_chunk", "soon"),
        ("cost", 0.001),
        ("cost", Cost(input=0.1, output=None)),  # type: ignore[arg-type]
    ],
)
def test_a_bad_field_costs_only_itself_and_is_told(
    recorder: Recorder, caplog: pytest.LogCaptureFixture, field: str, value: Any
) -> None:
    good = {"text": "39 USD", "finish_reason": "stop", "usage": Usage(input=12), "model": "m-1"}
    whole = recorded(Recorder(), **good)
    seen = recorded(recorder, **(good | {field: value}))
    lost = {"usage": "gen_ai.usage.input_tokens", "model": "gen_ai.response.model"}
    lost["finish_reason"] = "gen_ai.response.finish_reasons"
    assert seen == {name: kept for name, kept in whole.items() if name != lost.get(field)}
    assert [record.getMessage()[:32] for record in caplog.records] == [
        "midspan could not record a step "
    ]


def test_of_several_calls_only_the_bad_one_is_lost(recorder: Recorder) -> None:
    good = {"id": "c", "name": "look", "arguments": "{}"}
    seen = recorded(recorder, text="a", tool_calls=[None, good, {"name": None}])
    [message] = json.loads(seen["gen_ai.output.messages"])
    assert [part["type"] for part in message["parts"]] == ["text", "tool_call"]


def test_one_call_without_a_list_around_it(recorder: Recorder) -> None:
    seen = recorded(recorder, tool_calls={"id": "c", "name": "look", "arguments": "{}"})
    [message] = json.loads(seen["gen_ai.output.messages"])
    assert [part["name"] for part in message["parts"]] == ["look"]


@pytest.mark.parametrize(
    "usage", [{"prompt_tokens": 12, "completion_tokens": 3}, SdkUsage(), Usage(input=12, output=3)]
)
def test_usage_as_openai_gives_it(recorder: Recorder, usage: Any) -> None:
    seen = recorded(recorder, text="a", usage=usage)
    assert seen["gen_ai.usage.input_tokens"] == 12
    assert seen["gen_ai.usage.output_tokens"] == 3


def test_text_in_pieces_and_a_reason_that_is_an_enum(recorder: Recorder) -> None:
    seen = recorded(recorder, text=[{"type": "text", "text": "a"}, "b"], finish_reason=Stop.LENGTH)
    assert seen["output.value"] == "a\nb"
    assert seen["gen_ai.response.finish_reasons"] == ["length"]


def test_a_completion_with_a_bad_choice_keeps_the_other_and_the_usage(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    with llm_call("m", provider=None, messages="How much?", tracer_provider=provider) as call:
        call.record_openai(None)
        call.record_openai(
            {
                "choices": [
                    {"message": {"content": "39 USD", "tool_calls": 5}, "finish_reason": "stop"}
                ],
                "usage": {"prompt_tokens": 12, "completion_tokens_details": None},
            }
        )
    seen = recorder.attributes()["chat m"]
    assert json.loads(seen["gen_ai.output.messages"]) == ANSWER
    assert seen["gen_ai.usage.input_tokens"] == 12
    assert "gen_ai.provider.name" not in seen


def test_a_bad_message_and_a_bad_tool_cost_only_themselves(recorder: Recorder) -> None:
    messages = [{"role": "system", "content": Unprintable()}, {"role": "user", "content": "b"}]
    tools = [{"name": "look"}, {"name": "bad", "description": Unprintable()}]
    provider = recorder.tracer_provider
    with llm_call("m", provider="p", messages=messages, tools=tools, tracer_provider=provider):
        pass
    seen = recorder.attributes()["chat m"]
    assert seen["gen_ai.input.messages"] == (
        '[{"role":"user","parts":[{"type":"text","content":"b"}]}]'
    )
    assert [each["name"] for each in json.loads(seen["gen_ai.tool.definitions"])] == ["look"]


@pytest.mark.parametrize("given", [{}, {"provider": None, "messages": None, "tools": None}])
def test_what_is_not_said_of_a_request_stands_nowhere(
    recorder: Recorder, given: dict[str, Any]
) -> None:
    with llm_call("m", tracer_provider=recorder.tracer_provider, **given) as call:
        call.record_response("39 USD")
    seen = recorder.attributes()["chat m"]
    assert seen["output.value"] == "39 USD"
    assert seen["gen_ai.request.model"] == "m"
    for name in ("gen_ai.provider.name", "gen_ai.input.messages", "gen_ai.tool.definitions"):
        assert name not in seen


def test_a_tool_call_without_arguments_and_a_failure_without_a_message(recorder: Recorder) -> None:
    with tool_call("look", arguments=None, tracer_provider=recorder.tracer_provider) as step:
        step.record_failure(KeyError("order"), None)
    [span] = recorder.spans()
    assert span["message"] == "KeyError: 'order'"
    assert "gen_ai.tool.call.arguments" not in span["attributes"]


def test_what_can_be_read_only_once_is_left_to_the_agent(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    told: Any = ({"role": "user", "content": text} for text in ("one", "two"))
    tools: Any = iter([{"name": "look"}])
    calls: Any = map(dict, [{"name": "look", "arguments": "{}"}])
    with llm_call(
        "m", provider=None, messages=told, tools=tools, tracer_provider=recorder.tracer_provider
    ) as step:
        assert [message["content"] for message in told] == ["one", "two"]
        assert list(tools) == [{"name": "look"}]
        step.record_response("text", tool_calls=calls, finish_reason="stop")
        assert list(calls) == [{"name": "look", "arguments": "{}"}]
    [span] = recorder.spans()
    assert "gen_ai.input.messages" not in span["attributes"]
    assert "gen_ai.tool.definitions" not in span["attributes"]
    assert span["attributes"]["gen_ai.response.finish_reasons"] == ["stop"]
    assert "list_iterator can be read only once; give a list" in caplog.text
