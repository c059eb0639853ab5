"""Which calls are looked at, and under which name."""

import json
from typing import Final

from tests.scorers.tool_calls.helpers import call, failing, scored, steps, values

LOOK: Final = {"name": "look", "arguments": {"id": 1}}
PAY: Final = {"name": "pay", "arguments": {}}


def test_failed_attempts_count_in_all_and_not_in_state_changing() -> None:
    made = [failing("pay", turn=0), call("pay", turn=1)]
    every = {"mode": "unordered", "calls": [PAY]}
    assert values(scored(every, *made))["calls_match"] == 0
    changing = {**every, "scope": "state_changing", "state_changing": ["p*"]}
    rows = scored(changing, call("look"), *made)
    assert values(rows)["calls_match"] == 1
    assert steps(rows) == [("matched", 1.0)]
    assert rows["explanation"][0] == (
        "1 of 1 expected call matched (unordered: state-changing calls without failed attempts)"
    )


def test_it_holds_for_expected_calls_too() -> None:
    said = {
        "mode": "unordered",
        "scope": "state_changing",
        "state_changing": ["pay"],
        "calls": [LOOK, PAY],
    }
    assert values(scored(said, call("pay")))["calls_match"] == 1
    assert values(scored({**said, "calls": [LOOK]}))["calls_match"] == 1
    assert values(scored({**said, "calls": [LOOK]}, call("pay")))["calls_match"] == 0


def test_the_profile_may_name_the_tools() -> None:
    profile = "profile: p\ncontract: 1\nextends: [midspan/default]\ntools: {state_changing: [pay]}"
    said = {"mode": "unordered", "scope": "state_changing", "calls": [PAY]}
    assert values(scored(said, call("look"), call("pay"), profile=profile))["calls_match"] == 1


def test_without_any_state_changing_tool_nothing_passes_unseen() -> None:
    rows = scored({"scope": "state_changing", "calls": []}, call("pay"))
    assert {*rows["status"]} == {"not_evaluated"}
    assert {*rows["reason"]} == {
        "the scope is state_changing, and no tool is named so: name some in `state_changing`"
        " of the task or in the profile's tools"
    }


def test_named_tools() -> None:
    said = {"mode": "strict", "scope": ["pay", "lo*"], "calls": [LOOK, PAY]}
    made = [call("think"), call("look", '{"id": 1}'), call("find"), call("pay")]
    rows = scored(said, *made)
    assert values(rows)["calls_match"] == 1
    assert rows["explanation"][0] == (
        "2 of 2 expected calls matched in order (strict: calls of pay, lo*)"
    )


def test_names_that_no_expected_call_has_are_a_mistake() -> None:
    rows = scored({"scope": ["pey"], "calls": [PAY]}, call("pay"))
    assert {*rows["reason"]} == {"none of the expected calls is in the scope: calls of pey"}


def test_a_call_counts_under_its_inner_tool_with_the_arguments_handed_on() -> None:
    given = {"server": "files", "tool": "read", "arguments": {"path": "a"}}
    said = {"mode": "strict", "calls": [{"name": "files/read", "arguments": {"path": "a"}}]}
    assert values(scored(said, call("call_tool", json.dumps(given))))["calls_match"] == 1
    wrong = {**given, "arguments": {"path": "b"}}
    assert steps(scored(said, call("call_tool", json.dumps(wrong)))) == [("wrong_arguments", 0.0)]


def test_or_under_its_own_name() -> None:
    given = {"server": "files", "tool": "read", "arguments": {"path": "a"}}
    said = {"mode": "strict", "calls": [{"name": "call_tool", "arguments": given}]}
    assert values(scored(said, call("call_tool", json.dumps(given))))["calls_match"] == 1


def test_programs_of_a_shell() -> None:
    rows = scored(
        {"mode": "strict", "calls": [{"name": "bash:git"}, {"name": "bash"}]},
        call("bash", '{"command": "cd app && git status"}'),
        call("bash", '{"command": "ls"}'),
    )
    assert values(rows)["calls_match"] == 1
    assert steps(rows) == [("matched", 1.0), ("matched", 1.0)]


def test_a_scope_may_name_the_inner_tool() -> None:
    said = {"mode": "strict", "scope": ["bash:git"], "calls": [{"name": "bash:git"}]}
    made = [call("bash", f'{{"command": "{one}"}}') for one in ("ls", "git log", "cat a")]
    assert values(scored(said, *made))["calls_match"] == 1
