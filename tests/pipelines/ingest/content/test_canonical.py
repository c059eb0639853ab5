"""Messages in our own form are read the short way, and mean the same as the long way round."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.ingest.content import canonical_messages, read_messages
from midspan.pipelines.ingest.content.canonical import read_canonical
from midspan.pipelines.ingest.content.message import (
    CallPart,
    Message,
    OtherPart,
    ReasoningPart,
    ResultPart,
    TextPart,
)

TEXT = (
    '[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm."},'
    '{"type":"text","content":"Looking."},'
    '{"type":"tool_call","name":"look","arguments":"{}","id":"c1"}],"finish_reason":"tool_calls"},'
    '{"role":"tool","parts":[{"type":"tool_call_response","response":"rain","id":"c1"}]}]'
)
MESSAGES = [
    Message(
        "assistant",
        (ReasoningPart("Hm."), TextPart("Looking."), CallPart("look", "{}", "c1")),
        "tool_calls",
    ),
    Message("tool", (ResultPart("rain", "c1"),)),
]


def test_messages_are_written_and_read_in_this_form() -> None:
    assert canonical_messages(MESSAGES) == TEXT
    assert read_canonical(TEXT) == MESSAGES


def test_what_stands_in_no_form_is_written_as_it_came() -> None:
    message = Message("model", (OtherPart({"type": "image", "id": 1}), TextPart("!")))
    assert canonical_messages([message]) == (
        '[{"role":"assistant","parts":[{"type":"image","id":1},{"type":"text","content":"!"}]}]'
    )


def test_half_a_surrogate_pair_is_escaped() -> None:
    message = Message("user", (TextPart("\ud800"), OtherPart({"n": [1]})))
    assert json.loads(canonical_messages([message])) == [
        {"role": "user", "parts": [{"type": "text", "content": "\ud800"}, {"n": [1]}]}
    ]


@pytest.mark.parametrize(
    "document",
    [
        [{"role": "tool", "parts": [{"type": "text", "content": "rain"}]}],
        [{"role": "", "parts": []}],
        [{"role": "user", "parts": [{"type": "text", "text": "hello"}]}],
        [{"role": "user", "parts": [{"type": "tool_call", "name": "f", "arguments": {"n": 1}}]}],
        [
            {
                "role": "user",
                "parts": [{"type": "tool_call", "name": "f", "arguments": "", "id": ""}],
            }
        ],
        [{"role": "user", "content": "hello", "parts": []}],
        {"role": "user", "parts": []},
    ],
)
def test_other_spellings_are_left_to_those_who_know_them(document: Any) -> None:
    assert read_canonical(json.dumps(document)) is None


names = st.sampled_from(["", "f", "c1"])
texts = st.sampled_from(["", "hello", None, {"n": 1}])
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "reasoning", "tool_call", "tool_call_response"])},
    optional={
        "content": texts,
        "arguments": texts,
        "response": texts,
        "name": names | st.none(),
        "id": names | st.none(),
        "is_error": st.booleans(),
    },
)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["", "user", "assistant", "model", "tool", "function"])},
    optional={"parts": st.lists(parts, max_size=3), "finish_reason": names | st.none()},
)


@given(st.lists(messages, max_size=3))
def test_both_ways_read_the_same(document: list[dict[str, Any]]) -> None:
    text = json.dumps(document)
    short = read_canonical(text)
    if short is not None:
        assert canonical_messages(short) == canonical_messages(read_messages(document) or [])
