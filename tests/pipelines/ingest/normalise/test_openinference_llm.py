import json
from typing import Any

import pytest

from midspan.pipelines.ingest.span import Emitted, Tool
from tests.pipelines.ingest.normalise.raw_spans import normalised

ASKED = {
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Use the tools.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.content": "How much is ORD-1042?",
}
CALLED = {
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Let me look.",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "lookup_order",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"id": "1042"}',
}
SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}}


def llm(attributes: dict[str, Any], **surroundings: Any) -> Any:
    return normalised({"openinference.span.kind": "LLM", **attributes}, **surroundings)


def test_a_whole_turn() -> None:
    span = llm(
        {
            **ASKED,
            **CALLED,
            "llm.provider": "openai",
            "llm.system": "openai",
            "llm.model_name": "gpt-4.1-mini-2025-04-14",
            "llm.invocation_parameters": '{"model": "gpt-4.1-mini", "temperature": 0}',
            "llm.finish_reason": "tool_calls",
            "llm.token_count.prompt": 180,
            "llm.token_count.completion": 22,
            "llm.token_count.prompt_details.cache_read": 64,
            "llm.token_count.prompt_details.cache_write": 8,
            "llm.token_count.completion_details.reasoning": 3,
            "llm.cost.total": 0.0021,
            "session.id": "s1",
            "input.value": "{}",
            "input.mime_type": "application/json",
        },
        name="ChatCompletion",
    )
    assert (span.kind, span.dialect, span.session) == ("llm", "openinference", "s1")
    assert (span.provider, span.request_model) == ("openai", "gpt-4.1-mini")
    assert span.finish_reason == "tool_calls"
    assert (span.input_tokens, span.output_tokens) == (180, 22)
    assert (span.cache_read_tokens, span.cache_write_tokens, span.reasoning_tokens) == (64, 8, 3)
    assert span.cost_usd == 0.0021
    assert json.loads(span.input) == [
        {"role": "system", "parts": [{"type": "text", "content": "Use the tools."}]},
        {"role": "user", "parts": [{"type": "text", "content": "How much is ORD-1042?"}]},
    ]
    assert span.text == "Let me look."
    assert span.emitted == [Emitted("call_1", "lookup_order", '{"id": "1042"}')]
    assert json.loads(span.attributes) == {
        "llm.system": "openai",
        "llm.model_name": "gpt-4.1-mini-2025-04-14",
        "llm.invocation_parameters": '{"model": "gpt-4.1-mini", "temperature": 0}',
        "input.value": "{}",
    }


def test_models_that_are_told_apart() -> None:
    span = llm({"llm.request.model_name": "opus", "llm.response.model_name": "opus-4"})
    assert (span.request_model, span.response_model) == ("opus", "opus-4")


def test_a_model_without_parameters_is_the_requested_one() -> None:
    assert llm({"llm.model_name": "gpt-4o"}).request_model == "gpt-4o"


def test_nothing_recorded_is_unknown() -> None:
    span = llm({"llm.model_name": "gpt-4o"})
    assert (span.emitted, span.input, span.output, span.text) == (None, None, None, None)
    assert (span.input_tokens, span.cache_read_tokens, span.cost_usd) == (None, None, None)


def test_a_total_that_leaves_the_cached_tokens_out() -> None:
    span = llm(
        {"llm.token_count.prompt": 116, "llm.token_count.prompt_details.cache_read": 640},
    )
    assert (span.input_tokens, span.cache_read_tokens) == (756, 640)


def test_time_to_first_token() -> None:
    # the event of the helper lies a nanosecond after its first
    events: list[tuple[str, dict[str, str]]] = [("something", {}), ("First Token Stream Event", {})]
    assert llm({}, events=events).ttft_seconds == 1e-9


def test_contents_win_over_content_and_calls_over_the_contents_that_repeat_them() -> None:
    message = "llm.output_messages.0.message."
    span = llm(
        {
            **CALLED,
            f"{message}contents.0.message_content.type": "text",
            f"{message}contents.0.message_content.text": "Let me look.",
            f"{message}contents.1.message_content.type": "tool_use",
            f"{message}contents.1.tool_call.id": "call_1",
            f"{message}contents.1.tool_call.function.name": "lookup_order",
            f"{message}contents.1.tool_call.function.arguments": '{"id": "1042"}',
        }
    )
    assert span.text == "Let me look."
    assert span.emitted == [Emitted("call_1", "lookup_order", '{"id": "1042"}')]


def test_thoughts_and_calls_that_stand_only_in_the_contents() -> None:
    message = "llm.output_messages.0.message."
    span = llm(
        {
            f"{message}role": "assistant",
            f"{message}contents.0.message_content.type": "reasoning",
            f"{message}contents.0.message_content.text": "A bare number.",
            f"{message}contents.0.message_content.signature": "c2ln",
            f"{message}contents.1.message_content.type": "tool_use",
            f"{message}contents.1.tool_call.id": "call_1",
            f"{message}contents.1.tool_call.function.name": "lookup_order",
            f"{message}contents.1.tool_call.function.arguments": "{}",
        }
    )
    assert (span.reasoning, span.text) == ("A bare number.", None)
    assert span.emitted == [Emitted("call_1", "lookup_order", "{}")]
    assert "c2ln" in span.attributes, "what no part holds stays among the attributes"


def test_a_reply_in_two_messages_and_numbers_with_gaps() -> None:
    span = llm(
        {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.contents.0.message_content.text": "Let me look.",
            "llm.output_messages.1.message.role": "assistant",
            "llm.output_messages.1.message.tool_calls.10.tool_call.function.name": "second",
            "llm.output_messages.1.message.tool_calls.2.tool_call.function.name": "first",
        }
    )
    assert span.text == "Let me look."
    assert [call.name for call in span.emitted] == ["first", "second"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"message.content": "39 USD", "message.role": "tool", "message.tool_call_id": "call_1"},
        {"message.content": "39 USD", "message.role": "user", "message.tool_call_id": "call_1"},
        {
            "message.role": "tool",
            "message.tool_call_id": "call_1",
            "message.contents.0.message_content.type": "text",
            "message.contents.0.message_content.text": "39 USD",
        },
    ],
)
def test_results_of_tools_in_the_input(attributes: dict[str, str]) -> None:
    span = llm({f"llm.input_messages.0.{name}": value for name, value in attributes.items()})
    part = {"type": "tool_call_response", "response": "39 USD", "id": "call_1"}
    assert json.loads(span.input) == [{"role": "tool", "parts": [part]}]


def test_the_old_form_of_a_call() -> None:
    span = llm(
        {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.function_call_name": "lookup_order",
            "llm.output_messages.0.message.function_call_arguments_json": '{"id": "1"}',
        }
    )
    assert span.emitted == [Emitted(None, "lookup_order", '{"id": "1"}')]


def test_the_call_of_old_function_agents() -> None:
    span = llm(
        {
            "llm.output_messages.0.message.role": "assistant",
            "llm.function_call": '{"name": "lookup_order", "arguments": "{\\"id\\": \\"1\\"}"}',
        }
    )
    assert span.emitted == [Emitted(None, "lookup_order", '{"id": "1"}')]


def test_images_are_kept_as_they_came() -> None:
    message = "llm.input_messages.0.message."
    span = llm(
        {
            f"{message}role": "user",
            f"{message}contents.0.message_content.type": "image",
            f"{message}contents.0.message_content.image.image.url": "https://shop/lamp.png",
        }
    )
    image = {"type": "image", "image": {"image": {"url": "https://shop/lamp.png"}}}
    assert json.loads(span.input) == [{"role": "user", "parts": [image]}]


def test_a_text_completion() -> None:
    span = llm({"llm.prompts.0.prompt.text": "1 +", "llm.choices.0.completion.text": " 1 = 2"})
    assert json.loads(span.input)[0]["parts"] == [{"type": "text", "content": "1 +"}]
    assert (span.text, span.emitted) == (" 1 = 2", [])


@pytest.mark.parametrize(
    "attributes",
    [
        {
            "llm.tools.0.tool.json_schema": json.dumps(
                {"type": "function", "function": {"name": "look", "parameters": SCHEMA}}
            )
        },
        {"llm.tools.0.tool.json_schema": json.dumps({"name": "look", "input_schema": SCHEMA})},
        {"llm.tools.0.tool.name": "look", "llm.tools.0.tool.json_schema": json.dumps(SCHEMA)},
        {
            "llm.invocation_parameters": json.dumps(
                {
                    "tools": [
                        {"type": "function", "function": {"name": "look", "parameters": SCHEMA}}
                    ]
                }
            )
        },
    ],
)
def test_offered_tools(attributes: dict[str, str]) -> None:
    schema = '{"type":"object","properties":{"id":{"type":"string"}}}'
    assert llm(attributes).tools == (Tool("look", None, schema),)


def test_a_definition_that_was_cut_off_makes_the_offer_unknown() -> None:
    whole = json.dumps({"type": "function", "function": {"name": "look", "parameters": SCHEMA}})
    span = llm({"llm.tools.0.tool.json_schema": whole, "llm.tools.1.tool.json_schema": whole[:40]})
    assert (span.tools, span.notes) == (None, ["truncated"])


@pytest.mark.parametrize("shown", ["server_error: Overloaded.", "Overloaded.", "server_error"])
def test_how_a_request_failed_is_no_text_of_the_model(shown: str) -> None:
    failed = {"error.type": "server_error", "output.value": shown}
    span = llm(failed, status="error", status_message="Overloaded.")
    assert (span.text, span.output, span.emitted) == (None, None, None)
    assert (span.error_type, span.error_message) == ("server_error", "Overloaded.")
    said = llm(failed | {"output.value": "Hel"}, status="error", status_message="Overloaded.")
    assert said.text == "Hel"
    assert llm(failed, status="ok").text == shown
