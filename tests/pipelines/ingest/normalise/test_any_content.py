"""Whatever stands in the attributes and events that dialects read, a span comes out."""

import json
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.ingest.assembly.lost_calls import recover_lost_calls
from midspan.pipelines.ingest.assembly.tree import Node, Tree
from midspan.pipelines.ingest.normalise.log_records import apply_logs
from tests.pipelines.ingest.normalise.raw_spans import log, normalised

OPERATIONS: Final = ["chat", "execute_tool", "invoke_agent", "execute_task", "unheard of", 7]
KEYS: Final = [
    "ag2.tool.call.result.truncated",
    "agent_name",
    "error.type",
    "event_loop.cycle_id",
    "events",
    "final_result",
    "gcp.vertex.agent.llm_request",
    "gcp.vertex.agent.llm_response",
    "gcp.vertex.agent.tool_call_args",
    "gcp.vertex.agent.tool_response",
    "gen_ai.agent.tools",
    "gen_ai.completion.0.content",
    "gen_ai.completion.0.function_call.arguments",
    "gen_ai.completion.0.function_call.name",
    "gen_ai.completion.0.role",
    "gen_ai.completion.0.tool_calls",
    "gen_ai.completion.0.tool_calls.0.name",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.prompt.0",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.0.content",
    "gen_ai.request.model",
    "gen_ai.response.finish_reasons",
    "gen_ai.system_instructions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.tool.definitions",
    "gen_ai.tool.json_schema",
    "gen_ai.tool.status",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.raw",
    "gen_ai.usage.reasoning.output_tokens",
    "litellm.call_id",
    "llm.request.functions.0.name",
    "llm.request.functions.0.parameters",
    "llm.request.type",
    "metadata.usage_object",
    "model_request_parameters",
    "pydantic_ai.all_messages",
    "pydantic_ai.new_message_index",
    "request_data",
    "response_data",
    "tool_arguments",
    "tool_response",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "traceloop.span.kind",
]
FIELDS: Final = [
    "content",
    "finish_reason",
    "gen_ai.completion",
    "gen_ai.event.content",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.prompt",
    "id",
    "message",
    "role",
    "tool_calls",
]
EVENTS: Final = [
    "gen_ai.user.message",
    "gen_ai.tool.message",
    "gen_ai.choice",
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
    "gen_ai.client.inference.operation.details",
    "gen_ai.client.operation.exception",
]
INNER: Final = [
    "args",
    "arguments",
    "config",
    "content",
    "contents",
    "function",
    "function_call",
    "function_declarations",
    "id",
    "inputs",
    "input_str",
    "invalid_tool_calls",
    "kwargs",
    "messages",
    "message",
    "name",
    "parts",
    "prompt_tokens",
    "raw",
    "response",
    "role",
    "text",
    "tools",
    "tool_calls",
    "toolResult",
    "toolUse",
    "type",
    "usage_metadata",
]
WORDS: Final = ["assistant", "tool", "text", "tool_call", "function_call", "", "f", "{", '["', "ü"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2**70),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=5),
)
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(INNER), inner, max_size=4),
    ),
    max_leaves=12,
)
texts = st.builds(json.dumps, documents)
values = st.one_of(
    documents,
    texts,
    texts.map(lambda text: text[: len(text) // 2]),
    documents.map(repr),
)
attributes = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)
fields = st.dictionaries(st.sampled_from(FIELDS), values, max_size=3)
events = st.lists(st.tuples(st.sampled_from(EVENTS), fields), max_size=3)


@given(attributes, st.sampled_from(OPERATIONS), events)
def test_a_span_comes_out(
    attributes: dict[str, Any], operation: Any, events: list[tuple[str, dict[str, Any]]]
) -> None:
    span = normalised({**attributes, "gen_ai.operation.name": operation}, events=events)
    json.loads(span.attributes)
    for text in (span.input, span.output, span.text):
        assert text is None or isinstance(text, str)
    for emission in span.emitted or []:
        assert isinstance(emission.name, str)
        assert emission.raw_arguments is None or isinstance(emission.raw_arguments, str)


@given(attributes, st.lists(st.tuples(st.sampled_from(EVENTS), values, fields), max_size=3))
def test_log_records_are_no_trouble(
    attributes: dict[str, Any], records: list[tuple[str, Any, dict[str, Any]]]
) -> None:
    span = normalised({**attributes, "gen_ai.operation.name": "chat"})
    logs = [log(name, body, attributes=fields) for name, body, fields in records]
    apply_logs(span, logs)
    before = repr(span)
    apply_logs(span, logs)
    assert repr(span) == before


@given(documents)
def test_a_step_of_any_content_is_searched(document: Any) -> None:
    step = normalised(
        {"traceloop.span.kind": "task", "traceloop.entity.output": json.dumps(document)}
    )
    span = normalised({"gen_ai.operation.name": "chat"})
    span.notes = ["lost_call"]
    nodes = [Node(step), Node(span)]
    nodes[1].around = nodes[0]
    recover_lost_calls(Tree(nodes=nodes, outer_first=nodes))
    assert span.kind == "llm"
