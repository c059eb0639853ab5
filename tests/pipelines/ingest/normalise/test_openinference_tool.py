import json
from typing import Any

import pytest

from midspan.pipelines.ingest.span import Tool
from tests.pipelines.ingest.normalise.raw_spans import normalised

SCHEMA = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}},
    "required": ["order_id"],
}
PROPERTIES = {"amount": {"type": "number", "description": "How much."}, "to": {"type": "any"}}


def tool(attributes: dict[str, Any], **surroundings: Any) -> Any:
    return normalised({"openinference.span.kind": "TOOL", **attributes}, **surroundings)


def test_arguments_and_result() -> None:
    span = tool(
        {
            "tool.name": "lookup_order",
            "tool.id": "call_1",
            "input.value": '{"order_id": "ORD-1042"}',
            "input.mime_type": "application/json",
            "output.value": '{"total_usd": 39.0}',
            "output.mime_type": "application/json",
        },
        name="SimpleTool",
    )
    assert (span.kind, span.dialect) == ("tool", "openinference")
    assert (span.tool_name, span.call_id) == ("lookup_order", "call_1")
    assert (span.input, span.output) == ('{"order_id": "ORD-1042"}', '{"total_usd": 39.0}')
    assert (span.attributes, span.notes) == ("{}", [])


@pytest.mark.parametrize("name", ["tool.id", "tool_call.id", "tool.call_id"])
def test_call_ids(name: str) -> None:
    assert tool({name: "call_1"}).call_id == "call_1"


@pytest.mark.parametrize("ending", [".__call__", ".acall", ".run", ".arun"])
def test_a_name_that_stands_only_in_the_name_of_the_span(ending: str) -> None:
    assert tool({}, name=f"lookup_order{ending}").tool_name == "lookup_order"


def test_the_name_may_stand_under_the_call() -> None:
    assert tool({"tool_call.function.name": "look"}, name="tool").tool_name == "look"


@pytest.mark.parametrize(
    "written",
    [
        '{"args": [], "sanitize_inputs_outputs": true, "kwargs": {"order_id": "1042"}}',
        '{"kwargs": {"order_id": "1042"}}',
        "{'args': [], 'kwargs': {'order_id': '1042'}}",
    ],
)
def test_arguments_are_unwrapped(written: str) -> None:
    span = tool({"input.value": written})
    assert (span.input, span.notes) == ('{"order_id":"1042"}', ["unwrapped"])


def test_arguments_that_langchain_printed_stay_as_printed() -> None:
    span = tool({"input.value": "{'order_id': '1042', 'all': True}"})
    assert (span.input, span.notes) == ("{'order_id': '1042', 'all': True}", ["unwrapped"])


@pytest.mark.parametrize("broken", ["{'id':'1042'}", '{"id": True}', "{'id': '1042',}"])
def test_what_python_would_not_print_so_is_broken(broken: str) -> None:
    span = tool({"input.value": broken})
    assert (span.input, span.notes) == (broken, [])


def test_arguments_that_claude_could_not_write() -> None:
    span = tool({"input.value": '{"__unparsedToolInput": {"raw": "{\\"order_id\\": "}}'})
    assert span.input == '{"order_id": '


def test_broken_arguments_stay_as_they_were_written() -> None:
    span = tool({"input.value": '{"order_id": ', "input.mime_type": "application/json"})
    assert (span.input, span.notes) == ('{"order_id": ', [])


def test_the_schema_in_tool_parameters() -> None:
    span = tool(
        {
            "tool.name": "lookup_order",
            "tool.description": "Look up an order.",
            "tool.parameters": json.dumps(SCHEMA),
            "input.value": '{"order_id": "1042"}',
        }
    )
    assert span.input == '{"order_id": "1042"}'
    [offered] = span.tools
    assert (offered.name, offered.description) == ("lookup_order", "Look up an order.")
    assert json.loads(offered.schema) == SCHEMA
    assert span.attributes == "{}"


def test_smolagents_writes_the_properties_alone() -> None:
    span = tool({"tool.name": "convert", "tool.parameters": json.dumps(PROPERTIES)})
    assert (span.input, span.notes) == (None, [])
    schema = (
        '{"type":"object","properties":'
        '{"amount":{"type":"number","description":"How much."},"to":{}}}'
    )
    assert span.tools == (Tool("convert", None, schema),)


def test_the_arguments_in_tool_parameters() -> None:
    span = tool({"tool.name": "look", "tool.parameters": '{"order_id": "1042"}'})
    assert (span.input, span.tools) == ('{"order_id": "1042"}', None)


def test_arguments_written_twice_are_no_sign_of_a_limit() -> None:
    broken = '{"note": "' + "a long and winding text " * 4
    span = tool({"tool.name": "look", "tool.parameters": broken, "input.value": broken})
    assert (span.input, span.notes) == (broken, [])


def test_a_schema_in_the_place_of_arguments() -> None:
    span = tool(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "lookup_order",
            "gen_ai.tool.call.arguments": json.dumps(SCHEMA),
            "input.value": '{"order_id": "1042"}',
        }
    )
    assert (span.input, span.notes) == ('{"order_id": "1042"}', ["schema_rejected"])


def test_arguments_passed_by_position() -> None:
    span = tool(
        {
            "tool.name": "convert",
            "tool.parameters": json.dumps(PROPERTIES),
            "input.value": '{"args": [39.0], "sanitize_inputs_outputs": false, '
            '"kwargs": {"to": "EUR"}}',
        }
    )
    assert (span.input, span.notes) == ('{"amount":39.0,"to":"EUR"}', ["unwrapped"])


def test_arguments_passed_as_one_object() -> None:
    wrapped = '{"args": [{"amount": 39.0, "to": "EUR"}], "kwargs": {}}'
    span = tool({"tool.parameters": json.dumps(PROPERTIES), "input.value": wrapped})
    assert span.input == '{"amount":39.0,"to":"EUR"}'


@pytest.mark.parametrize("written", ['{"args": [1, 2, 3], "kwargs": {}}', '{"args": [1], "k": 2}'])
def test_positions_without_a_name_stay_as_they_are(written: str) -> None:
    span = tool({"tool.parameters": json.dumps(PROPERTIES), "input.value": written})
    assert span.input == written


def test_the_only_argument_without_its_name() -> None:
    known = tool(
        {
            "tool.name": "lookup_order",
            "tool.parameters": json.dumps(SCHEMA),
            "input.value": "1042",
        }
    )
    assert (known.input, known.notes) == ('{"order_id":"1042"}', ["unwrapped"])
    unknown = tool({"tool.name": "lookup_order", "input.value": "1042"})
    assert (unknown.input, unknown.notes) == ('"1042"', [])


def test_strands_writes_a_text_argument_bare_and_all_of_them_beside_it() -> None:
    span = tool({"input.value": "a note", "tool.parameters": '{"text": "a note", "to": "me"}'})
    assert span.input == '{"text": "a note", "to": "me"}'


def test_langchain_calls_a_tool_an_agent_for_its_name() -> None:
    span = normalised({"openinference.span.kind": "AGENT", "tool.name": "ask_agent"})
    assert (span.kind, span.tool_name) == ("tool", "ask_agent")


def test_a_handoff_has_the_name_that_the_model_knows() -> None:
    span = tool(
        {"input.value": "Triage", "output.value": "Refund Agent"}, name="handoff to Refund Agent"
    )
    assert (span.tool_name, span.input) == ("transfer_to_refund_agent", None)


@pytest.mark.parametrize(
    ("written", "result"),
    [
        (
            '{"type": "tool", "data": {"content": "39 USD", "tool_call_id": "c1", '
            '"status": "success"}}',
            "39 USD",
        ),
        (
            '{"type": "tool", "data": {"content": "no such order", "tool_call_id": "c1", '
            '"status": "error"}}',
            '{"is_error":true,"content":"no such order"}',
        ),
        ('{"raw_output": "39 USD", "tool_name": "look", "is_error": false}', "39 USD"),
        (
            '{"raw_output": "no such order", "tool_name": "look", "is_error": true}',
            '{"is_error":true,"content":"no such order"}',
        ),
        ('{"id": "c1", "name": "look", "response": {"result": 39}}', '{"result":39}'),
        ("{'total': 39.0, 'note': None}", '{"total":39.0,"note":null}'),
        ('"39 USD"', "39 USD"),
        ('[{"type": "text", "text": "39 USD"}]', "39 USD"),
    ],
)
def test_results_are_unwrapped(written: str, result: str) -> None:
    span = tool({"output.value": written})
    assert (span.output, span.notes) == (result, ["unwrapped"])


def test_the_call_id_in_a_result() -> None:
    message = '{"type": "tool", "data": {"content": "39 USD", "tool_call_id": "c1"}}'
    assert tool({"output.value": message}).call_id == "c1"


def test_an_error_and_what_the_model_was_told() -> None:
    span = tool(
        {"output.value": "An error occurred. Please try again."},
        status="error",
        status_message="Error running tool (non-fatal)",
        events=[("exception", {"exception.type": "ValueError", "exception.message": "bad id"})],
    )
    assert (span.status, span.error_type, span.error_message) == ("error", "ValueError", "bad id")
    assert span.output == "An error occurred. Please try again."


@pytest.mark.parametrize("message", ["Tool execution failed", "Unknown function call status"])
def test_messages_that_say_nothing_give_way_to_the_output(message: str) -> None:
    span = tool({"output.value": "no such order"}, status="error", status_message=message)
    assert span.error_message == "no such order"


def test_a_failure_with_a_good_status() -> None:
    span = tool({"output.value": "no such order", "tool.status": "error"}, status="ok")
    assert (span.status, span.error_message) == ("error", "no such order")


def test_redacted_arguments_are_not_recorded() -> None:
    span = tool({"input.value": "__REDACTED__", "output.value": "__REDACTED__"})
    assert (span.input, span.output, span.notes) == (None, None, ["redacted"])


def test_arguments_that_were_cut_off() -> None:
    # the longest values of a span share their length where a limit cut them
    cut = '{"args": [], "kwargs": {"order_id": "ORD-1042", "note": "a long text'
    span = tool({"input.value": cut, "tool.parameters": json.dumps(PROPERTIES)[: len(cut)]})
    assert (span.input, span.tools, span.notes) == (None, None, ["truncated"])
