import json
from pathlib import Path
from typing import Any

import pytest

from midspan.instrumentation import Capture, agent, llm_call, run, setup, tool_call
from midspan.instrumentation.capture.current import environment_sieve
from midspan.instrumentation.testing import Recorder


def steps(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    with run(run_id="a" * 32), agent("shop", input="How much?", tracer_provider=provider) as step:
        asked = [{"role": "user", "content": "How much?"}]
        with llm_call("m", provider="p", messages=asked, tracer_provider=provider) as call:
            made = {"id": "1", "name": "look", "arguments": '{"id": 7}'}
            call.record_response("Let me see.", tool_calls=[made], finish_reason="tool_calls")
        with tool_call("look", arguments={"id": 7}, call_id="1", tracer_provider=provider) as tool:
            tool.record_result({"eur": 36})
        foreign = provider.get_tracer("other").start_span("ChatOpenAI")
        prefix = "llm.output_messages.0.message."
        foreign.set_attributes(
            {
                "llm.model_name": "m",
                f"{prefix}role": "assistant",
                f"{prefix}content": "36 EUR",
                f"{prefix}tool_calls.0.tool_call.function.name": "look",
                f"{prefix}tool_calls.0.tool_call.function.arguments": '{"id": 7}',
                "output.value": "36 EUR",
            }
        )
        foreign.add_event("gen_ai.choice", {"message": "36 EUR", "index": 0})
        foreign.end()
        step.record_answer("36 EUR")


def spooled(folder: Path) -> dict[str, Any]:
    """What stands in the spool of each span, by its name: attributes and attributes of events."""
    spans = {}
    [path] = folder.iterdir()
    for line in path.read_text().splitlines():
        [span] = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        told = [*span["attributes"], *(a for e in span.get("events", []) for a in e["attributes"])]
        spans[span["name"]] = {
            one["key"]: next(iter(one["value"].values()))
            for one in told
            if not one["key"].startswith(("midspan.", "metadata", "mlflow."))
        }
    return spans


SAID = ("How much?", "Let me see", "36 EUR", "eur", 'id\\": 7')


def test_metadata_tells_who_and_which_but_not_what(recorder: Recorder, tmp_path: Path) -> None:
    capture = Capture(content="metadata")
    provider = recorder.tracer_provider
    telemetry = setup(tracer_provider=provider, spool=tmp_path, capture=capture)
    steps(recorder)
    telemetry.shutdown()
    spans = spooled(tmp_path)
    chat = spans["chat m"]
    assert json.loads(chat["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text"}]}
    ]
    assert json.loads(chat["gen_ai.output.messages"]) == [
        {
            "role": "assistant",
            "finish_reason": "tool_call",
            "parts": [{"type": "text"}, {"type": "tool_call", "id": "1", "name": "look"}],
        }
    ]
    assert set(spans["execute_tool look"]) == {
        "gen_ai.operation.name",
        "gen_ai.tool.name",
        "gen_ai.tool.type",
        "gen_ai.tool.call.id",
        "openinference.span.kind",
        "input.mime_type",
        "gen_ai.conversation.id",
    }
    assert spans["ChatOpenAI"] == {
        "llm.model_name": "m",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
        "index": "0",
    }
    # Whatever else is on the tracer provider is told no more of our own steps.
    own = [span for span in recorder.spans() if span["name"] != "ChatOpenAI"]
    assert not [text for text in SAID if text in json.dumps(own)]


@pytest.mark.parametrize(
    "variables",
    [
        {"MIDSPAN_CONTENT": "none"},
        {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"},
        {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false"},
        {"MIDSPAN_CONTENT": "some"},
    ],
)
def test_none_is_none_whoever_made_the_span(
    recorder: Recorder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    environment_sieve.cache_clear()
    telemetry = setup(tracer_provider=recorder.tracer_provider, spool=tmp_path)
    steps(recorder)
    telemetry.shutdown()
    spans = spooled(tmp_path)
    assert len(spans) == 4
    assert not [text for text in SAID if text in json.dumps(spans)]
    assert "gen_ai.output.messages" not in spans["chat m"]
    assert spans["chat m"]["gen_ai.response.finish_reasons"] == {
        "values": [{"stringValue": "tool_call"}]
    }


def test_our_own_switch_comes_before_the_standard_one(monkeypatch: pytest.MonkeyPatch) -> None:
    standard = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}
    assert Capture.from_environment(standard).content == "none"
    assert Capture.from_environment(standard | {"MIDSPAN_CONTENT": "full"}).content == "full"
    spans_too = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_AND_EVENT"}
    assert Capture.from_environment(spans_too).content == "full"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"MIDSPAN_LONGEST_TEXT": "long"}, "MIDSPAN_LONGEST_TEXT is left out: invalid literal"),
        ({"MIDSPAN_LONGEST_TEXT": "0"}, "longest is a number of characters, not 0"),
        ({"MIDSPAN_REDACT_PATTERNS": "order=("}, "the pattern 'order' is no regular expression"),
        ({"MIDSPAN_REDACT_PATTERNS": "order"}, "a line is KIND=PATTERN, not 'order'"),
        ({"MIDSPAN_CONTENT": "some"}, "is one of full, metadata, none, not 'some'"),
    ],
)
def test_what_the_environment_cannot_mean_is_said(
    variables: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    Capture.from_environment(variables)
    assert said in caplog.text


def test_long_text_is_cut_and_marked(recorder: Recorder, tmp_path: Path) -> None:
    provider = recorder.tracer_provider
    capture = Capture(longest=50)
    telemetry = setup(tracer_provider=provider, spool=tmp_path, capture=capture)
    long = "x" * 100_000_000
    with run(run_id="a" * 32), tool_call("t", arguments={}, tracer_provider=provider) as step:
        step.record_result(long)
        foreign = provider.get_tracer("other").start_span("foreign")
        foreign.set_attributes({"output.value": "y" * 51, "short": "y" * 50})
        foreign.end()
    telemetry.shutdown()
    spans = spooled(tmp_path)
    assert spans["execute_tool t"]["gen_ai.tool.call.result"] == "x" * 50
    assert spans["foreign"] == {"short": "y" * 50, "output.value": "y" * 50}
    marks = {s["name"]: s["attributes"].get("midspan.truncated") for s in recorder.spans()}
    assert marks == {"execute_tool t": ["gen_ai.tool.call.result"], "foreign": None}
    assert '"midspan.truncated"' in next(tmp_path.iterdir()).read_text().splitlines()[0]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MIDSPAN_REDACT", "maybe", "MIDSPAN_REDACT is on, off or emails, not 'maybe'"),
        ("MIDSPAN_REDACT_UNTOUCHED", "a.[", "MIDSPAN_REDACT_UNTOUCHED is left out: a bracket"),
        ("MIDSPAN_LEAVE_OUT", "[", "MIDSPAN_LEAVE_OUT is left out: a bracket"),
    ],
)
def test_a_value_that_means_nothing_is_said(
    variable: str, value: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Capture.from_environment({variable: value}) == Capture()
    [message] = caplog.messages
    assert message.startswith(said)
