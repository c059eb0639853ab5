import pytest

from midspan.pipelines.ingest.content import CallPart, read_messages

GOOD = {"name": "look", "args": {"id": 1}, "id": "c1", "type": "tool_call"}
BROKEN = {"name": "look", "args": '{"id": ', "id": "c2", "type": "invalid_tool_call"}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ai", "data": {"content": "Wait.", "tool_calls": [GOOD]}},
        {"lc": 1, "id": ["AIMessage"], "kwargs": {"content": "Wait.", "tool_calls": [GOOD]}},
    ],
)
def test_two_ways_to_write_a_message(message: dict[str, object]) -> None:
    [read] = read_messages([message]) or []
    assert (read.role, list(read.texts())) == ("assistant", ["Wait."])
    assert list(read.calls()) == [CallPart("look", '{"id":1}', "c1")]


def test_calls_whose_arguments_are_no_json_stand_beside_the_others() -> None:
    message = {"type": "ai", "content": "", "tool_calls": [GOOD], "invalid_tool_calls": [BROKEN]}
    [read] = read_messages([message]) or []
    assert list(read.calls()) == [
        CallPart("look", '{"id":1}', "c1"),
        CallPart("look", '{"id": ', "c2"),
    ]
