import json
from typing import Any

import pytest

from midspan.pipelines.ingest.span import Emitted, Span, Tool
from tests.pipelines.ingest.normalise.raw_spans import normalised

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": '}}
REPLY = {"role": "assistant", "content": "So.", "tool_calls": [CALL]}


def mlflow(type_: str, **attributes: Any) -> Span:
    """A span with every value as JSON, as MLflow writes them."""
    names = {"inputs": "mlflow.spanInputs", "outputs": "mlflow.spanOutputs"}
    given = {names.get(name, name): json.dumps(value) for name, value in attributes.items()}
    return normalised({"mlflow.spanType": json.dumps(type_), **given}, name="f")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("CHAT_MODEL", "llm"),
        ("LLM", "llm"),
        ("TOOL", "tool"),
        ("AGENT", "agent"),
        ("CHAIN", "chain"),
        ("WORKFLOW", "chain"),
        ("TASK", "chain"),
        ("RETRIEVER", "retriever"),
        ("EMBEDDING", "other"),
        ("UNKNOWN", "other"),
    ],
)
def test_the_type_is_the_kind(type_: str, kind: str) -> None:
    assert mlflow(type_).kind == kind


def test_a_type_that_is_plain_text_counts_too() -> None:
    span = normalised({"mlflow.spanType": "TOOL"}, name="f")
    assert (span.kind, span.tool_name) == ("tool", "f")


def test_a_request_to_openai() -> None:
    usage = {"prompt_tokens": 180, "completion_tokens_details": {"reasoning_tokens": 3}}
    span = mlflow(
        "CHAT_MODEL",
        inputs={"model": "m", "messages": [{"role": "user", "content": "?"}]},
        outputs={
            "id": "chatcmpl-1",
            "model": "m-2",
            "choices": [{"finish_reason": "tool_calls", "message": REPLY}],
            "usage": usage,
        },
        **{
            "mlflow.chat.tokenUsage": {
                "input_tokens": 180,
                "output_tokens": 22,
                "total_tokens": 202,
                "cache_read_input_tokens": 64,
                "cache_creation_input_tokens": 5,
            },
            "mlflow.chat.tools": [{"type": "function", "function": {"name": "f"}}],
            "mlflow.llm.provider": "openai",
            "mlflow.llm.cost": {"input_cost": 0.1, "total_cost": 0.3},
            "mlflow.trace.session": "s1",
        },
    )
    assert (span.request_model, span.response_model, span.response_id) == ("m", "m-2", "chatcmpl-1")
    assert (span.input_tokens, span.output_tokens, span.reasoning_tokens) == (180, 22, 3)
    assert (span.cache_read_tokens, span.cache_write_tokens) == (64, 5)
    assert (span.provider, span.cost_usd, span.session) == ("openai", 0.3, "s1")
    assert (span.finish_reason, span.text) == ("tool_calls", "So.")
    assert span.emitted == [Emitted(id="c1", name="f", raw_arguments='{"a": ')]
    assert span.tools == (Tool(name="f"),)
    assert span.input == '[{"role":"user","parts":[{"type":"text","content":"?"}]}]'
    assert span.attributes == "{}"


def test_counts_that_cannot_be_are_not_known_and_stay_where_they_were() -> None:
    usage = {"input_tokens": -5, "output_tokens": 10**18, "cache_read_input_tokens": 64}
    span = mlflow("CHAT_MODEL", **{"mlflow.chat.tokenUsage": usage})
    assert (span.input_tokens, span.output_tokens, span.cache_read_tokens) == (None, None, 64)
    assert json.loads(json.loads(span.attributes)["mlflow.chat.tokenUsage"]) == usage


def test_a_request_to_anthropic_has_its_instructions_apart() -> None:
    use = {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}
    span = mlflow(
        "CHAT_MODEL",
        inputs={"system": "Be brief.", "messages": [{"role": "user", "content": "?"}]},
        outputs={"role": "assistant", "content": [use], "stop_reason": "tool_use"},
    )
    assert json.loads(span.input or "")[0] == {
        "role": "system",
        "parts": [{"type": "text", "content": "Be brief."}],
    }
    assert span.emitted == [Emitted(id="c1", name="f", raw_arguments='{"a":1}')]
    assert span.finish_reason == "tool_calls"


@pytest.mark.parametrize("inputs", ["?", {"prompt": "?"}, {"input": "?"}])
def test_a_model_that_was_told_plain_text(inputs: Any) -> None:
    span = mlflow("LLM", inputs=inputs, outputs="39.0")
    assert span.input == '[{"role":"user","parts":[{"type":"text","content":"?"}]}]'
    assert (span.text, span.emitted) == ("39.0", [])


def test_outputs_that_were_cut_off_are_not_taken_for_text() -> None:
    cut = json.dumps({"choices": [{"message": {"content": "x" * 200}}]})[:128]
    span = normalised({"mlflow.spanType": '"LLM"', "mlflow.spanOutputs": cut})
    assert (span.text, span.emitted, span.notes) == (None, None, ["truncated"])
    assert "mlflow.spanOutputs" in span.attributes


def test_nothing_recorded_is_nothing_known() -> None:
    span = mlflow("CHAT_MODEL")
    assert (span.input, span.emitted, span.input_tokens, span.tools) == (None, None, None, None)


def test_a_tool() -> None:
    span = mlflow("TOOL", inputs={"a": 1}, outputs={"total": 39.0}, tool_call_id="c1")
    assert (span.tool_name, span.call_id, span.input) == ("f", "c1", '{"a": 1}')
    assert (span.output, span.attributes) == ('{"total": 39.0}', "{}")


def test_a_result_that_is_text_loses_its_quotes() -> None:
    assert mlflow("TOOL", outputs="39.0").output == "39.0"


def test_a_result_of_langchain_is_unwrapped() -> None:
    span = mlflow("TOOL", outputs={"type": "tool", "content": "39.0", "tool_call_id": "c1"})
    assert (span.output, span.call_id, span.notes) == ("39.0", "c1", ["unwrapped"])


def test_the_answer_of_an_agent() -> None:
    assert mlflow("AGENT", inputs={}, outputs="39.0 EUR").output == "39.0 EUR"
    transcript = {"messages": [{"type": "human", "content": "?"}, {"type": "ai", "content": "!"}]}
    assert mlflow("AGENT", outputs=transcript).output == "!"


def test_a_chain_keeps_what_went_in_and_out() -> None:
    span = mlflow("CHAIN", inputs={"q": 1}, outputs=[1])
    assert (span.input, span.output) == ('{"q": 1}', "[1]")


def test_plain_otel_genai_under_mlflow() -> None:
    span = normalised(
        {
            "model": '"m"',
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.output.messages": '[{"role": "assistant", "parts": []}]',
        }
    )
    assert (span.kind, span.dialect, span.input_tokens) == ("llm", "otel-genai", 120)
