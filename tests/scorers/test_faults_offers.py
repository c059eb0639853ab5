"""Faults by the tools that were offered to the model, and by their schemas."""

import pytest

from tests.scorers.builders import judged, tools
from tests.scorers.fault_calls import UNKNOWN, verdict


def test_a_tool_without_a_schema_takes_any_arguments() -> None:
    said = verdict({"name": "think", "raw_arguments": '{"x": 1}', "tools_digest": "d"}, {})
    assert (said["fault"], said["json_valid"], said["schema_valid"]) == ("none", True, None)


@pytest.mark.parametrize("digest", [None, "another"])
def test_where_the_offered_tools_are_not_known_no_tool_is_unknown(digest: str | None) -> None:
    said = verdict(UNKNOWN | {"tools_digest": digest}, {})
    assert (said["fault"], said["schema_valid"]) == ("none", None)


def test_offers_are_those_of_the_calls_own_turn() -> None:
    offered = tools({"digest": "d1", "name": "look"}, {"digest": "d2", "name": "find"})
    rows = judged(
        {"name": "look", "tools_digest": "d1"},
        {"name": "look", "tools_digest": "d2"},
        {"name": "find", "tools_digest": "d2"},
        tools=offered,
    )
    assert rows["fault"].to_list() == ["none", "model.unknown_tool", "none"]


def test_of_two_schemas_for_one_name_the_first_holds_and_no_call_is_doubled() -> None:
    offered = tools(
        {"name": "look", "schema": '{"required": ["a"]}'},
        {"name": "look", "schema": '{"required": ["b"]}'},
    )
    rows = judged(
        {"raw_arguments": '{"a": 1}', "tools_digest": "d"},
        {"raw_arguments": '{"b": 1}', "tools_digest": "d"},
        tools=offered,
    )
    assert rows["schema_valid"].to_list() == [True, False]
