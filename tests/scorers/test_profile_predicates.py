import json
from typing import Any

import pytest

from midspan.scorers.file_format import ArgumentMatcher, InvalidFile
from midspan.scorers.profile import Marker, Profile, Rule
from midspan.scorers.profile.predicates import ToolPredicate

HEAD = "profile: shop\ncontract: 1\n"


def marker(body: str) -> Marker:
    return Profile.parse(f"{HEAD}markers:\n  m: {body}").markers["m"]


def rule(body: str) -> Rule:
    return Profile.parse(f"{HEAD}rules:\n  r: {body}").rules["r"]


def refused(section: str, body: str) -> str:
    with pytest.raises(InvalidFile) as caught:
        Profile.parse(f"{HEAD}{section}:\n  x: {body}")
    (problem,) = caught.value.problems
    return str(problem).removeprefix(f"profile.yaml:4: {section}.x")


def dumped(value: Any) -> Any:
    return value.model_dump(by_alias=True, exclude_unset=True)


def test_a_marker_is_a_predicate_with_its_examples() -> None:
    found = marker(
        "{command: {program: transformers}, better: higher, description: Ran it.,"
        " fires_on: [transformers env], quiet_on: [ls]}"
    )
    assert dumped(found) == {
        "predicate": {"command": {"program": "transformers"}},
        "better": "higher",
        "description": "Ran it.",
        "fires_on": ("transformers env",),
        "quiet_on": ("ls",),
    }
    assert marker("{reads: a}").better == "none"


@pytest.mark.parametrize(
    "predicate",
    [
        {"command": {"program": "git"}},
        {"python": {"calls": "transformers.pipeline"}},
        {"python": {"imports": "torch.*"}},
        {"reads": "**/*.py"},
        {"writes": "**/test_*.py"},
        {"writes": "*.py", "content": {"regex": "def test_"}},
        {"tool": "search_*"},
        {"tool": "*", "fault": "any"},
        {"tool": "refund", "arguments": {"/order/id": "ORD-1", "": {}}, "fault": "none"},
        {"output": {"contains": "I think"}},
        {"answer": {"regex": r"^\s*\{"}},
        {"answer": {}},
        {"result": {"regex": "not found"}},
        {"all": ({"tool": "a"}, {"not": {"reads": "b"}})},
        {"any": ({"tool": "a"}, {"any": ({"tool": "b"},)})},
        {"sequence": ({"tool": "a"}, {"answer": {}}), "within_turns": 3, "unless": {"tool": "c"}},
        {"count": {"tool": "*", "fault": "hidden.error"}, "at_least": 3, "within_turns": 5},
    ],
)
def test_every_predicate_comes_out_as_it_was_written(predicate: dict[str, Any]) -> None:
    assert dumped(marker(json.dumps(predicate)))["predicate"] == predicate


def test_arguments_of_a_tool_may_be_matched() -> None:
    predicate = marker("{tool: f, arguments: {/a: {regex: '^x'}, /b: 3}}").predicate
    assert isinstance(predicate, ToolPredicate)
    assert predicate.arguments == {"/a": ArgumentMatcher(regex="^x"), "/b": 3}


def test_text_may_be_written_without_its_key() -> None:
    assert dumped(marker("{writes: a, content: b}"))["predicate"]["content"] == {"contains": "b"}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{better: higher}", ": needs one of the keys command, python, reads, writes, tool"),
        ("{comand: {program: a}}", ".comand: unknown key. Did you mean 'command'?"),
        ("{reads: a, writes: b}", ": has both 'reads' and 'writes'; write one, or combine them"),
        ("{reads: a, beter: higher}", ".beter: unknown key. Did you mean 'better'?"),
        ("{reads: a, content: b}", ".content: unknown key"),
        ("{reads: a, better: more}", ".better: 'more' is not one of higher, lower, none."),
        ("{command: git}", ".command: must be a mapping: {program: git}"),
        ("{command: {programm: git}}", ".command.programm: unknown key. Did you mean 'program'?"),
        ("{python: {}}", ".python: takes one of `calls` and `imports`"),
        ("{python: {calls: a, imports: b}}", ".python: takes one of `calls` and `imports`"),
        ("{answer: {regex: '('}}", ".answer.regex: is no regular expression: unclosed group"),
        ("{answer: {regex: '(?=a)'}}", ".answer.regex: look-around is not supported (RE2 syntax)"),
        (r"{output: {regex: '\p{L}'}}", r".output.regex: is no regular expression: bad escape \p"),
        ("{answer: {regex: a, contains: b}}", ".answer: takes `contains` or `regex`, not both"),
        ("{tool: a, fault: hidden}", ".fault: 'hidden' is not one of any, none, model.unparseable"),
        ("{tool: a, arguments: {b: 1}}", ".arguments.b: 'b' is no JSON pointer: start with /"),
        ("{sequence: [{tool: a}]}", ".sequence: needs two predicates or more"),
        (
            "{sequence: [{tool: a}, {tol: b}]}",
            ".sequence[1].tol: unknown key. Did you mean 'tool'?",
        ),
        ("{sequence: [{tool: a}, {tool: b}], within_turns: 0}", ".within_turns: must be 1 or more"),
        (
            "{sequence: [{tool: a}, {tool: b}], unless: {}}",
            ".unless: needs one of the keys command",
        ),
        ("{count: {tool: a}}", ".at_least: missing"),
        ("{not: [{tool: a}]}", ".not: must be a mapping (key: value), not a list"),
        ("{all: []}", ".all: must not be empty"),
        ("[tool]", ": must be a mapping (key: value), not a list"),
    ],
)
def test_mistakes_in_markers(body: str, problem: str) -> None:
    assert refused("markers", body).startswith(problem)


@pytest.mark.parametrize(
    "written",
    [
        {"forbid": {"tool": "rm"}},
        {"require": {"answer": {}}, "description": "An answer is due."},
        {"require_before": {"first": {"tool": "search_*"}, "then": {"answer": {}}}},
        {"max": {"calls": 3, "turns": 0, "tokens": 5, "seconds": 1.5, "cost": 0.5}},
        {"no_repeat": 3},
        {"result_used": {"tool": "search_*", "within_turns": 3}},
        {"result_used": {"tool": "search_*"}},
    ],
)
def test_every_rule_comes_out_as_it_was_written(written: dict[str, Any]) -> None:
    assert dumped(rule(json.dumps(written))) == written


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{}", ": needs one of the keys forbid, require, require_before, max, no_repeat, result"),
        ("{forbd: {tool: a}}", ".forbd: unknown key. Did you mean 'forbid'?"),
        ("{forbid: {tool: a}, require: {tool: b}}", ": has both 'forbid' and 'require'; write one"),
        ("{require_before: {first: {tool: a}}}", ".require_before.then: missing"),
        ("{max: {}}", ".max: needs a limit: calls, turns, tokens, seconds or cost"),
        ("{max: {cost_usd: 1}}", ".max.cost_usd: unknown key. Did you mean 'cost'?"),
        ("{no_repeat: 1}", ".no_repeat: must be 2 or more"),
        ("{no_repeat: {tool: a}}", ".no_repeat: must be a whole number, not a mapping"),
        ("{result_used: {within_turns: 1}}", ".result_used.tool: missing"),
    ],
)
def test_mistakes_in_rules(body: str, problem: str) -> None:
    assert refused("rules", body).startswith(problem)
