import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.profile import Profile
from midspan.scorers.profile.meaning import steps_of


def parse(body: str) -> Profile:
    return Profile.parse(f"profile: p\ncontract: 1\nmarkers:\n  m: {body}")


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ("{command: {program: a}}", {"a call"}),
        ("{result: a}", {"a call"}),
        ("{output: a}", {"a message"}),
        ("{answer: a}", {"the answer"}),
        ("{not: {tool: a}}", {"the end of a run"}),
        ("{any: [{tool: a}, {output: b}]}", {"a call", "a message"}),
        ("{all: [{any: [{tool: a}, {output: b}]}, {result: c}]}", {"a call"}),
        ("{sequence: [{tool: a}, {answer: {}}]}", {"the answer"}),
        ("{count: {output: a}, at_least: 2}", {"a message"}),
    ],
)
def test_every_predicate_is_about_some_kind_of_step(body: str, about: set[str]) -> None:
    assert steps_of(parse(body).markers["m"].predicate) == about


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            "{all: [{tool: a}, {answer: {}}]}",
            "m.all: never holds: `tool` is about a call, `answer` about the answer; for steps one "
            "after the other write a `sequence`",
        ),
        (
            "{all: [{not: {tool: a}}]}",
            "m.all: needs something that holds beside `not`; for none of several in the whole run "
            "write {not: {any: [...]}}",
        ),
        (
            "{all: [{tool: a}, {not: {answer: {}}}]}",
            "m.all: `not: answer` says nothing here: it is about the answer, the others are about "
            "a call",
        ),
        (
            "{any: [{not: {tool: a}}, {tool: b}]}",
            "m.any: `not` is about a whole run, so it cannot stand in `any`; put it into `all`, "
            "beside something that holds",
        ),
        ("{not: {not: {tool: a}}}", "m: `not` is about a whole run, so it cannot stand in `not`;"),
        ("{count: {not: {tool: a}}, at_least: 2}", "cannot stand in `count`; put it into `all`"),
        (
            "{sequence: [{tool: a}, {not: {tool: b}}]}",
            "cannot stand in `sequence`; `unless` excludes steps between the first and the last",
        ),
        ("{sequence: [{tool: a}, {tool: b}], unless: {not: {tool: c}}}", "stand in `unless`;"),
        (
            "{sequence: [{answer: {}}, {tool: a}]}",
            "m.sequence: nothing comes after the answer; put `answer` last",
        ),
        (
            r"{tool: a, arguments: {/x: {regex: '(?=a)'}}}",
            "m: the pattern at '/x' look-around is not supported (RE2 syntax)",
        ),
    ],
)
def test_what_can_never_hold_is_refused(body: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse(body)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("profile.yaml:4: markers.m")
