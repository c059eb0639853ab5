"""What each kind of span looks like when it is sent, whatever it looked like when it came."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from midspan.pipelines.publish.otlp import Piece
from tests.support.otlp import Json, Story, call, offered
from tests.support.republished import attributes, pieces
from tests.support.workspaces import ingested

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
CONTEXT_ON_SPANS = {
    "midspan.run.id": "4f1c2ab0" * 4,
    "midspan.experiment": "shop",
    "midspan.task": "refund",
    "midspan.model": "small",
    "midspan.revision": "main",
    "midspan.tier": "bare",
    "midspan.trial": 1,
    "midspan.harness": "loop@1",
    "metadata": '{"experiment":"shop","task":"refund","model":"small","revision":"main",'
    '"tier":"bare","trial":1,"harness":"loop@1","run":"' + "4f1c2ab0" * 4 + '"}',
    "gen_ai.conversation.id": "shop/" + "4f1c2ab0" * 4,
    "midspan.dialect": "otel-genai",
}


def golden_story() -> list[Json]:
    story = Story(
        experiment="shop",
        task="refund",
        model="small",
        revision="main",
        tier="bare",
        trial=1,
        harness="loop@1",
    )
    with story.agent(input="Refund order 7?", output="39 EUR"):
        story.llm(
            call("look", {"n": 7}, id="a"),
            call("look", "{broken", id="b"),
            text="Let me see.",
            reasoning="Look it up first.",
            tools=[offered("look", SCHEMA, "Looks.")],
            gen_ai__response__model="small-0",
            gen_ai__response__id="r1",
            gen_ai__request__temperature=0.5,
            gen_ai__usage__cache_read__input_tokens=64,
            gen_ai__usage__cache_write__input_tokens=7,
            gen_ai__usage__reasoning__output_tokens=3,
        )
        story.tool("look", {"n": 7}, id="a", result={"total": 39})
        story.tool("look", "{broken", id="b", error="ValueError: no number")
        story.llm(input="go on", error="Timeout: no answer")
        story.llm(text="39 EUR")
    return story.spans


@pytest.fixture
def golden(tmp_path: Path) -> list[Piece]:
    return pieces(ingested(tmp_path, golden_story()))


def own(piece: Piece) -> dict[str, Any]:
    """Return what only this span says, the context of its run left out."""
    found = attributes(piece)
    assert {name: found[name] for name in CONTEXT_ON_SPANS} == CONTEXT_ON_SPANS
    return {name: value for name, value in found.items() if name not in CONTEXT_ON_SPANS}


def test_ids_times_kinds_and_names_are_kept(golden: list[Piece]) -> None:
    spans = [piece.span for piece in golden]
    assert [span.span_id.hex()[-1] for span in spans] == ["1", "2", "3", "4", "5", "6"]
    assert [span.parent_span_id.hex()[-1:] for span in spans] == ["", "1", "1", "1", "1", "1"]
    assert [span.name for span in spans] == [
        "invoke_agent shop-agent",
        "chat gpt-4.1-mini",
        "execute_tool look",
        "execute_tool look",
        "chat gpt-4.1-mini",
        "chat gpt-4.1-mini",
    ]
    assert (spans[1].start_time_unix_nano, spans[1].end_time_unix_nano) == (2 * 10**9, 3 * 10**9)
    client, internal = Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_INTERNAL
    assert [span.kind for span in spans] == [internal, client, internal, internal, client, client]
    ok, error = Status.STATUS_CODE_OK, Status.STATUS_CODE_ERROR
    assert [span.status.code for span in spans] == [ok, ok, ok, error, error, ok]
    assert {piece.project for piece in golden} == {"shop"}
    assert {piece.scope.name for piece in golden} == {"midspan.publish"}
    assert [pair.key for pair in golden[0].resource.attributes] == ["service.name"]


def test_the_root_has_question_answer_and_the_tags_of_its_trace(golden: list[Piece]) -> None:
    assert own(golden[0]) == {
        "openinference.span.kind": "AGENT",
        "mlflow.spanType": "AGENT",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "shop-agent",
        "input.value": "Refund order 7?",
        "output.value": "39 EUR",
        "mlflow.traceTag.mlflow.traceName": "refund · main · trial 1",
        "mlflow.traceTag.mlflow.eval.requestId": "refund#1",
        "mlflow.traceTag.midspan.experiment": "shop",
        "mlflow.traceTag.midspan.task": "refund",
        "mlflow.traceTag.midspan.model": "small",
        "mlflow.traceTag.midspan.revision": "main",
        "mlflow.traceTag.midspan.tier": "bare",
        "mlflow.traceTag.midspan.trial": "1",
        "mlflow.traceTag.midspan.harness": "loop@1",
    }


def test_a_model_call_has_messages_that_both_servers_show(golden: list[Piece]) -> None:
    said = own(golden[1])
    calls = [
        {"type": "tool_call", "id": "a", "name": "look", "arguments": {"n": 7}},
        {"type": "tool_call", "id": "b", "name": "look", "arguments": "{broken"},
    ]
    text = {"type": "text", "content": "Let me see."}
    thought = {"type": "reasoning", "content": "Look it up first."}
    told = {"role": "user", "parts": [{"type": "text", "content": "turn"}]}
    given = {"role": "assistant", "finish_reason": "tool_call"}
    assert json.loads(said.pop("gen_ai.input.messages")) == [told]
    assert json.loads(said.pop("gen_ai.output.messages")) == [
        given | {"parts": [thought, text, *calls]}
    ]
    assert json.loads(said.pop("output.value")) == [given | {"parts": [text, *calls]}]
    assert json.loads(said.pop("gen_ai.tool.definitions")) == [
        {
            "type": "function",
            "name": "look",
            "description": "Looks.",
            "parameters": SCHEMA,
            "function": {"name": "look"},
        }
    ]
    assert said == {
        "openinference.span.kind": "LLM",
        "mlflow.spanType": "CHAT_MODEL",
        "output.mime_type": "application/json",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4.1-mini",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.model": "small-0",
        "gen_ai.response.id": "r1",
        "gen_ai.response.finish_reasons": ["tool_call"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.cache_write.input_tokens": 7,
        "gen_ai.usage.reasoning.output_tokens": 3,
        "llm.token_count.prompt_details.cache_write": 7,
        "llm.token_count.completion_details.reasoning": 3,
    }


def test_a_turn_of_text_shows_as_that_text(golden: list[Piece]) -> None:
    said = own(golden[5])
    assert said["output.value"] == "39 EUR"
    assert "output.mime_type" not in said
    assert "input.value" not in said, "MLflow would show it in place of the chat"


def test_a_request_that_failed_says_how_in_place_of_a_reply(golden: list[Piece]) -> None:
    said, span = own(golden[4]), golden[4].span
    assert said["output.value"] == "Timeout: no answer"
    assert said["error.type"] == "Timeout"
    assert not {"gen_ai.output.messages", "gen_ai.usage.input_tokens"} & said.keys()
    assert span.status.message == "Timeout: no answer"
    assert raised(span) == {"exception.type": "Timeout", "exception.message": "no answer"}


def test_a_tool_shows_its_result_or_how_it_failed(golden: list[Piece]) -> None:
    assert own(golden[2]) == {
        "openinference.span.kind": "TOOL",
        "mlflow.spanType": "TOOL",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "look",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "a",
        "gen_ai.tool.call.arguments": '{"n": 7}',
        "gen_ai.tool.call.result": '{"total": 39}',
        "input.value": '{"n": 7}',
        "input.mime_type": "application/json",
    }
    failed = own(golden[3])
    assert failed["gen_ai.tool.call.arguments"] == failed["input.value"] == "{broken"
    assert "input.mime_type" not in failed
    assert "gen_ai.tool.call.result" not in failed
    assert failed["output.value"] == "ValueError: no number"
    assert raised(golden[3].span) == {
        "exception.type": "ValueError",
        "exception.message": "no number",
    }


def raised(span: Span) -> dict[str, str]:
    [event] = span.events
    assert event.name == "exception"
    return {pair.key: pair.value.string_value for pair in event.attributes}
