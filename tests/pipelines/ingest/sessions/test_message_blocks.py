"""Lists of messages whose content is made of blocks, as Anthropic and others write them."""

import json
from typing import Any, Final

import pytest

from midspan.pipelines.ingest.sessions import SessionFormat
from midspan.pipelines.ingest.span import Emitted
from tests.pipelines.ingest.sessions.reading import Reading, read_lines

CALL: Final = {"type": "tool_use", "id": "t1", "name": "look", "input": {"id": 1}}
COLUMNS: Final = ("turn", "call_id", "name", "raw_arguments", "result", "error_message", "failed")


def read(*messages: Any, **more: Any) -> Reading:
    line = json.dumps({"messages": messages, **more})
    return read_lines(SessionFormat.OPENAI_MESSAGES, line)


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content), **more}


def result(**more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "t1", **more}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        (result(content="39"), ("39", None, False)),
        (result(content=[text("39"), text("EUR")], is_error=False), ("39\nEUR", None, False)),
        (result(content="no such id", is_error=True), (None, "no such id", True)),
    ],
)
def test_a_call_and_its_result(answer: Any, row: tuple[Any, ...]) -> None:
    reading = read(
        user(text("q")), assistant(text("I look."), CALL), user(answer), assistant(text("done"))
    )
    assert reading.rejected == []
    assert reading.rows("calls", *COLUMNS) == [(0, "t1", "look", '{"id":1}', *row)]
    assert reading.run("turns", "calls", "answer") == (2, 1, "done")
    assert reading.of_kind("llm")[0].text == "I look."


def test_a_user_may_say_something_beside_a_result() -> None:
    reading = read(
        user(text("q")),
        assistant(CALL),
        user(result(content="39"), text("And?")),
        assistant(text("done")),
    )
    assert json.loads(reading.of_kind("llm")[1].input or "") == [
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "t1", "response": "39"}],
        },
        {"role": "user", "parts": [{"type": "text", "content": "And?"}]},
    ]


def test_a_whole_request_of_anthropic() -> None:
    usage = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 7}
    reading = read(
        user(text("q")),
        assistant(
            {"type": "thinking", "thinking": "Hm."},
            {"type": "redacted_thinking", "data": "x"},
            text("done"),
            stop_reason="end_turn",
            usage=usage,
        ),
        system=[text("You are a shop agent.")],
        tools=[{"name": "look", "input_schema": {"type": "object"}}],
        model="claude-sonnet-4",
    )
    [answer] = reading.of_kind("llm")
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("done", "Hm.", "stop")
    assert (answer.input_tokens, answer.cache_read_tokens, answer.output_tokens) == (100, 90, 7)
    assert json.loads(answer.input or "")[0] == {
        "role": "system",
        "parts": [{"type": "text", "content": "You are a shop agent."}],
    }
    assert [tool.name for tool in answer.tools or ()] == ["look"]


def test_a_tool_that_the_provider_ran_while_the_model_answered() -> None:
    call = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": "a page"}
    reading = read(user(text("q")), assistant(call, found, text("done")))
    assert reading.rows("calls", "name", "call_id", "result", "executed") == [
        ("web_search", "s1", "a page", True)
    ]
    assert reading.run("turns", "answer") == (1, "done")


def test_the_blocks_of_vercels_messages() -> None:
    call = {"type": "tool-call", "toolCallId": "v1", "toolName": "look", "input": {"id": 1}}
    failed = {
        "type": "tool-result",
        "toolCallId": "v1",
        "toolName": "look",
        "output": {"type": "error-text", "value": "no such id"},
    }
    reading = read(user(text("q")), assistant(call), {"role": "tool", "content": [failed]})
    assert reading.rows("calls", *COLUMNS) == [
        (0, "v1", "look", '{"id":1}', None, "no such id", True)
    ]


def test_a_call_that_stands_in_both_places_is_one() -> None:
    function = {"name": "look", "arguments": '{"id": 1}'}
    reading = read(assistant(CALL, tool_calls=[{"id": "t1", "function": function}]))
    assert reading.of_kind("llm")[0].emitted == [Emitted("t1", "look", '{"id": 1}')]


def test_images_stand_as_their_type_and_unknown_blocks_are_named() -> None:
    odd = {"type": "hologram", "data": "x"}
    reading = read(user(text("q"), {"type": "image", "source": {}}, odd), assistant(text("done")))
    assert reading.of_kind("agent")[0].input == "q\n[image]"
    assert [(bad.position, bad.reason, bad.raw) for bad in reading.rejected] == [
        (
            1,
            "message 1: a content block of type 'hologram' is not known",
            '{"type":"hologram","data":"x"}',
        )
    ]


def test_content_that_is_neither_text_nor_blocks_is_named() -> None:
    reading = read({"role": "user", "content": 7}, assistant(text("done")), system={"a": 1})
    assert [bad.reason for bad in reading.rejected] == [
        "message 0: `content` is neither text nor a list of blocks",
        "message 1: `content` is neither text nor a list of blocks",
    ]
    assert reading.run("answer") == ("done",)
