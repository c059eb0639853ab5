import json
from typing import Any

import pytest

from midspan.pipelines.ingest.span import Emitted, Tool
from tests.pipelines.ingest.normalise.raw_spans import normalised

CHAT: dict[str, Any] = {
    "llm.request.type": "chat",
    "gen_ai.system": "openai",
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "You are a shop.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": '[{"type": "text", "text": "How much?"}]',
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.tool_calls.0.id": "c0",
    "gen_ai.prompt.2.tool_calls.0.name": "f",
    "gen_ai.prompt.2.tool_calls.0.arguments": "{}",
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.tool_call_id": "c0",
    "gen_ai.prompt.3.content": '{"total": 39.0}',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.content": '""',
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "f",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"a": 1}',
    "gen_ai.completion.0.tool_calls.1.id": "c2",
    "gen_ai.completion.0.tool_calls.1.name": "g",
    "gen_ai.completion.0.tool_calls.1.arguments": '{"b": ',
    "llm.request.functions.0.name": "g",
    "llm.request.functions.0.description": "G.",
    "llm.request.functions.0.parameters": '{"type": "object"}',
    "llm.request.functions.1.name": "f",
    "gen_ai.usage.prompt_tokens": 180,
    "gen_ai.usage.completion_tokens": 22,
    "gen_ai.usage.cache_read_input_tokens": 64,
    "gen_ai.usage.reasoning_tokens": 3,
}


def test_an_llm_call_under_counting_names() -> None:
    span = normalised(CHAT, name="openai.chat")
    assert (span.kind, span.dialect, span.finish_reason) == ("llm", "openllmetry", "tool_calls")
    assert [(m["role"], m["parts"][0]) for m in json.loads(span.input or "")] == [
        ("system", {"type": "text", "content": "You are a shop."}),
        ("user", {"type": "text", "content": "How much?"}),
        ("assistant", {"type": "tool_call", "name": "f", "arguments": "{}", "id": "c0"}),
        ("tool", {"type": "tool_call_response", "response": '{"total": 39.0}', "id": "c0"}),
    ]
    assert span.emitted == [Emitted("c1", "f", '{"a": 1}'), Emitted("c2", "g", '{"b": ')]
    assert span.tools == (Tool("f"), Tool("g", "G.", '{"type":"object"}'))
    assert (span.input_tokens, span.cache_read_tokens) == (180, 64)
    assert (span.output_tokens, span.reasoning_tokens) == (22, 3)
    assert (span.text, span.attributes) == (None, '{"llm.request.type":"chat"}')


def test_the_role_of_a_reply_may_be_unknown_and_its_call_lost() -> None:
    span = normalised(
        {
            "llm.request.type": "chat",
            "gen_ai.completion.0.role": "unknown",
            "gen_ai.completion.0.content": "",
            "gen_ai.completion.0.finish_reason": "tool_calls",
        }
    )
    assert (span.emitted, span.notes) == ([], ["lost_call"])


WRAPPED = {
    "input_str": "{'id': '1042'}",
    "tags": ["seq:step:1"],
    "metadata": {"langgraph_step": 2},
    "inputs": {"id": "1042"},
    "kwargs": {"color": "green", "name": None, "tool_call_id": "c1"},
}
RESULT = {
    "output": {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", "ToolMessage"],
        "kwargs": {"content": '{"total": 39.0}', "type": "tool", "tool_call_id": "c1"},
    },
    "kwargs": {"tags": ["seq:step:1"], "color": "green", "name": "lookup_order"},
}


@pytest.mark.parametrize(
    ("inputs", "arguments"),
    [({"id": "1042"}, '{"id":"1042"}'), (None, "{'id': '1042'}")],
    ids=["as objects", "as printed"],
)
def test_a_tool_call_in_langchains_wrapping(inputs: Any, arguments: str) -> None:
    span = normalised(
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "lookup_order",
            "traceloop.entity.input": json.dumps({**WRAPPED, "inputs": inputs}),
            "traceloop.entity.output": json.dumps(RESULT),
        },
        name="lookup_order.tool",
    )
    assert (span.kind, span.tool_name, span.call_id) == ("tool", "lookup_order", "c1")
    assert (span.input, span.output) == (arguments, '{"total": 39.0}')
    assert span.notes == ["unwrapped"]


def test_a_failed_tool_call_of_the_newer_version_keeps_its_id() -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "lookup_order",
            "gen_ai.tool.call.arguments": json.dumps(WRAPPED),
            "traceloop.span.kind": "tool",
            "traceloop.entity.input": json.dumps(WRAPPED),
            "error.type": "ValueError",
        },
        status="error",
        status_message="no such order",
    )
    assert (span.input, span.call_id) == ('{"id":"1042"}', "c1")
    assert (span.error_type, span.error_message) == ("ValueError", "no such order")


@pytest.mark.parametrize(
    ("entity", "kind"),
    [("workflow", "chain"), ("task", "chain"), ("agent", "agent"), ("tool", "tool")],
)
def test_kinds_of_entities(entity: str, kind: str) -> None:
    assert normalised({"traceloop.span.kind": entity}).kind == kind


def test_the_operation_counts_before_the_entity() -> None:
    span = normalised({"traceloop.span.kind": "workflow", "gen_ai.operation.name": "invoke_agent"})
    assert span.kind == "agent"


def test_a_workflow_keeps_what_it_was_given() -> None:
    span = normalised(
        {
            "traceloop.span.kind": "workflow",
            "traceloop.entity.name": "LangGraph",
            "traceloop.entity.input": '{"inputs": {}}',
            "traceloop.entity.output": '{"outputs": {}}',
            "traceloop.association.properties.thread_id": "s1",
        }
    )
    assert (span.input, span.output, span.session) == ('{"inputs": {}}', '{"outputs": {}}', "s1")


@pytest.mark.parametrize(
    ("output", "answer"),
    [('"39 USD."', "39 USD."), ("39 USD.", "39 USD."), ('{"outputs": {}}', None), ("[1", None)],
)
def test_an_agents_answer_is_text(output: str, answer: str | None) -> None:
    span = normalised(
        {
            "traceloop.span.kind": "agent",
            "traceloop.entity.name": "shop",
            "traceloop.entity.output": output,
        }
    )
    assert (span.agent, span.output) == ("shop", answer)
