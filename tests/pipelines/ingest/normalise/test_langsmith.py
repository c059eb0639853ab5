import json
from typing import Any

import pytest

from midspan.pipelines.ingest.span import Emitted, Span
from tests.pipelines.ingest.normalise.raw_spans import normalised

USAGE = {
    "input_tokens": 180,
    "output_tokens": 22,
    "input_token_details": {"cache_read": 64, "cache_creation": 8},
    "output_token_details": {"reasoning": 3},
}


def run(kind: str, inputs: Any = None, outputs: Any = None, **attributes: Any) -> Span:
    surroundings = {
        name: attributes.pop(name) for name in ("status", "events") if name in attributes
    }
    given = {"gen_ai.prompt": inputs, "gen_ai.completion": outputs}
    written = {name: json.dumps(value) for name, value in given.items() if value is not None}
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return normalised({"langsmith.span.kind": kind, **written, **named}, name="f", **surroundings)


def message(name: str, **fields: Any) -> dict[str, Any]:
    """A message as LangChain serialises it."""
    path = ["langchain", "schema", "messages", name]
    return {"lc": 1, "type": "constructor", "id": path, "kwargs": fields}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("llm", "llm"),
        ("tool", "tool"),
        ("chain", "chain"),
        ("prompt", "chain"),
        ("retriever", "retriever"),
        ("embedding", "other"),
    ],
)
def test_the_runs_own_kind_comes_before_the_operation(written: str, kind: str) -> None:
    span = run(written, gen_ai__operation__name="chat")
    assert (span.kind, span.dialect) == (kind, "langsmith")


def test_a_model_of_langchain() -> None:
    reply = message(
        "AIMessage",
        content="So.",
        tool_calls=[{"name": "f", "args": {"a": 1}, "id": "c1", "type": "tool_call"}],
        response_metadata={"id": "chatcmpl-1", "model_name": "m-2"},
        usage_metadata=USAGE,
    )
    info = {"finish_reason": "tool_calls"}
    span = run(
        "llm",
        {"messages": [[message("HumanMessage", content="?", type="human")]]},
        {"generations": [[{"text": "So.", "generation_info": info, "message": reply}]]},
        gen_ai__usage__input_tokens=180,
        gen_ai__usage__output_tokens=22,
        gen_ai__tool__definitions='[{"type": "function", "function": {"name": "f"}}]',
    )
    assert span.input == '[{"role":"user","parts":[{"type":"text","content":"?"}]}]'
    assert span.emitted == [Emitted(id="c1", name="f", raw_arguments='{"a":1}')]
    assert (span.text, span.finish_reason) == ("So.", "tool_calls")
    assert (span.response_id, span.response_model) == ("chatcmpl-1", "m-2")
    assert (span.input_tokens, span.cache_read_tokens, span.cache_write_tokens) == (180, 64, 8)
    assert (span.output_tokens, span.reasoning_tokens) == (22, 3)
    assert [tool.name for tool in span.tools or ()] == ["f"]


def test_a_call_that_is_no_json_stands_apart() -> None:
    bad = {"name": "f", "args": '{"a": ', "id": "c1", "error": "no JSON"}
    reply = message("AIMessage", content="", tool_calls=[], invalid_tool_calls=[bad])
    span = run("llm", None, {"generations": [[{"message": reply}]]})
    assert span.emitted == [Emitted(id="c1", name="f", raw_arguments='{"a": ')]


@pytest.mark.parametrize(
    "attributes",
    [
        {"langsmith__metadata__usage_metadata": json.dumps(USAGE)},
        {
            "gen_ai__usage__input_token_details": "{'cache_read': 64, 'cache_creation': 8}",
            "gen_ai__usage__output_token_details": "{'reasoning': 3}",
        },
    ],
)
def test_cached_tokens_among_metadata_or_in_pythons_notation(attributes: dict[str, Any]) -> None:
    span = run("llm", **attributes)
    assert (span.cache_read_tokens, span.cache_write_tokens) == (64, 8)
    assert span.reasoning_tokens == 3


def test_a_client_of_openai() -> None:
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": "39.0"}}
    span = run(
        "llm",
        {"model": "m", "messages": [{"role": "user", "content": "?"}]},
        {"id": "chatcmpl-1", "model": "m-2", "choices": [choice]},
    )
    assert (span.text, span.emitted, span.finish_reason) == ("39.0", [], "stop")
    assert (span.response_id, span.response_model) == ("chatcmpl-1", "m-2")


@pytest.mark.parametrize("output", ["39.0", {"role": "assistant", "content": "39.0"}])
def test_a_function_traced_as_a_model(output: Any) -> None:
    span = run("llm", {"messages": []}, {"output": output})
    assert (span.text, span.emitted) == ("39.0", [])


def test_nothing_recorded_is_nothing_known() -> None:
    span = run("llm")
    assert (span.emitted, span.cache_read_tokens, span.input) == (None, None, None)


def test_a_tool() -> None:
    result = message("ToolMessage", content="39.0", tool_call_id="c1")
    span = run("tool", {"a": 1}, {"output": result}, gen_ai__tool__name="f")
    assert (span.tool_name, span.call_id) == ("f", "c1")
    assert (span.input, span.output) == ('{"a": 1}', "39.0")


def test_arguments_that_were_printed_as_one_input() -> None:
    span = run("tool", {"input": "{'a': 1}"}, {"output": "39.0"})
    assert (span.input, span.output) == ("{'a': 1}", "39.0")
    assert span.notes == ["unwrapped"]


def test_a_parameter_that_is_called_input_stays() -> None:
    assert run("tool", {"input": "the text"}).input == '{"input": "the text"}'


def test_the_error_is_in_the_last_line_of_a_traceback() -> None:
    raised = 'ValueError("no order")Traceback (most recent call last):\n\n  File "a"\n\n'
    told = raised + "ValueError: no order"
    event = ("exception", {"exception.type": "Exception", "exception.message": told})
    span = run("tool", {"a": 1}, {}, status="error", events=[event])
    assert (span.error_type, span.error_message) == ("ValueError", "no order")
    assert span.output is None


def test_the_conversation_is_the_session_and_the_project_is_not() -> None:
    span = run("chain", langsmith__metadata__thread_id="t1", langsmith__trace__session_id="p1")
    assert span.session == "t1"


def test_a_chain_keeps_what_went_in_and_out() -> None:
    span = run("chain", {"messages": []}, {"output": 1})
    assert (span.input, span.output) == ('{"messages": []}', '{"output": 1}')
