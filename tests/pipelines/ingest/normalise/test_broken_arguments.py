"""Arguments that a model wrote and that are no JSON: what it wrote is what stands in the tables."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from midspan.pipelines.ingest.span import Emitted
from tests.pipelines.ingest.normalise.raw_spans import normalised


def _openai(arguments: str) -> dict[str, Any]:
    function = {"name": "look", "arguments": arguments}
    return {"role": "assistant", "tool_calls": [{"id": "c", "function": function}]}


def _otel_genai(arguments: str) -> Mapping[str, Any]:
    part = {"type": "tool_call", "id": "c", "name": "look", "arguments": arguments}
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [part]}]),
    }


def _openinference(arguments: str) -> Mapping[str, Any]:
    call = "llm.output_messages.0.message.tool_calls.0.tool_call"
    return {
        "openinference.span.kind": "LLM",
        "llm.output_messages.0.message.role": "assistant",
        f"{call}.id": "c",
        f"{call}.function.name": "look",
        f"{call}.function.arguments": arguments,
    }


def _openllmetry(arguments: str) -> Mapping[str, Any]:
    call = "gen_ai.completion.0.tool_calls.0"
    return {
        "llm.request.type": "chat",
        "gen_ai.completion.0.role": "assistant",
        f"{call}.id": "c",
        f"{call}.name": "look",
        f"{call}.arguments": arguments,
    }


def _langfuse(arguments: str) -> Mapping[str, Any]:
    return {
        "langfuse.observation.type": "generation",
        "langfuse.observation.output": json.dumps(_openai(arguments)),
    }


def _mlflow(arguments: str) -> Mapping[str, Any]:
    outputs = {"choices": [{"message": _openai(arguments)}]}
    return {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.spanOutputs": json.dumps(outputs)}


def _vercel(arguments: str) -> Mapping[str, Any]:
    call = {"toolCallId": "c", "toolName": "look", "input": arguments}
    return {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.response.toolCalls": json.dumps([call]),
    }


PRODUCERS: Final = [_otel_genai, _openinference, _openllmetry, _langfuse, _mlflow, _vercel]


@pytest.mark.parametrize("producer", PRODUCERS)
@pytest.mark.parametrize("written", ['{"a": 1,}', "{'a': 1}", '{"a": True}', "('a', 1)"])
def test_what_the_model_wrote_stays_as_it_is(producer: Any, written: str) -> None:
    span = normalised(producer(written))
    assert (span.emitted, span.notes) == ([Emitted("c", "look", written)], [])
