import json
from typing import Any

import pytest

from midspan.pipelines.ingest.content import Message, read_instructions, read_messages
from midspan.pipelines.ingest.content.blocks import decode_blocks
from midspan.pipelines.ingest.content.message import CallPart, ResultPart, TextPart


@pytest.mark.parametrize(
    "value",
    ['[{"text": "hi"}]', '[{"toolUse": {"name": "f"}}]', '{"role": "user", "content": "hi"}'],
)
def test_blocks_in_text_are_decoded(value: str) -> None:
    assert decode_blocks(value) == json.loads(value)


@pytest.mark.parametrize(
    "value",
    ["hi", '{"total": 39.0}', "[1, 2]", "[]", '[{"total": 39.0}]', '[{"text": ', 7, None],
)
def test_text_that_merely_looks_like_json_stays_text(value: Any) -> None:
    assert decode_blocks(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "You are a shop.",
        '[{"type": "text", "content": "You are a shop."}]',
        [{"text": "You are a shop."}],
        {"parts": [{"text": "You are a shop."}], "role": "user"},
    ],
)
def test_instructions_in_every_form(value: Any) -> None:
    assert read_instructions(value) == [Message("system", (TextPart("You are a shop."),))]


@pytest.mark.parametrize("value", [None, ""])
def test_no_instructions(value: Any) -> None:
    assert read_instructions(value) == []


def test_a_tools_message_may_hold_the_call() -> None:
    parts = [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {}}]
    assert read_messages([{"role": "tool", "parts": parts}]) == [
        Message("tool", (CallPart("f", "{}", "c1"),))
    ]


def test_a_tools_message_may_hold_its_result_as_text() -> None:
    item = {"role": "tool", "tool_call_id": "c1", "parts": [{"type": "text", "content": "39.0"}]}
    assert read_messages([item]) == [Message("tool", (ResultPart("39.0", "c1"),))]
