import pytest

from tests.scorers.builders import Row
from tests.scorers.rules.scoring import BUY, KEPT, LOOK, scored, told


def test_what_is_forbidden_stands_on_each_span_that_does_it() -> None:
    rule = "forbid: {tool: buy}, description: Ask first."
    assert told(rule, LOOK) == [("rule.it", None, None, 1.0, "kept (Ask first.)")]
    assert told(rule, LOOK, BUY, BUY) == [
        ("violation.it", "s1", 1, 1.0, "forbidden: buy (Ask first.)"),
        ("violation.it", "s2", 2, 1.0, "forbidden: buy (Ask first.)"),
        ("rule.it", None, None, 0.0, "broken: forbidden: buy (1 of 2 violations) (Ask first.)"),
    ]


def test_the_rows_of_a_broken_rule_in_full() -> None:
    rows = scored("forbid: {tool: buy}", BUY).sort("name").to_dicts()
    assert [
        {name: row[name] for name in ("name", "trace_id", "value", "label", "evidence", "status")}
        for row in rows
    ] == [
        {
            "name": "rule.it",
            "trace_id": None,
            "value": 0.0,
            "label": "fail",
            "evidence": ["s0"],
            "status": "ok",
        },
        {
            "name": "violation.it",
            "trace_id": "0" * 31 + "1",
            "value": 1.0,
            "label": "fail",
            "evidence": ["s0"],
            "status": "ok",
        },
    ]


def test_what_is_required_and_never_happens_stands_on_the_root() -> None:
    rule = "require: {tool: look}"
    assert told(rule, LOOK, BUY) == KEPT
    assert told(rule, BUY) == [
        ("violation.it", "root", None, 1.0, "required, and it never happened"),
        ("rule.it", None, None, 0.0, "broken: required, and it never happened"),
    ]


def test_a_run_without_a_root_breaks_a_rule_all_the_same() -> None:
    rows = told("require: {tool: look}", BUY, run={"root_span_id": None})
    assert rows == [("rule.it", None, None, 0.0, "broken: required, and it never happened")]


BEFORE = "require_before: {first: {tool: look}, then: {tool: buy}}"


@pytest.mark.parametrize(
    ("made", "broken"),
    [
        ([], []),
        ([LOOK], []),
        ([LOOK, BUY], []),
        ([BUY], [(0, "what must come first did not come at all: buy")]),
        ([BUY, LOOK], [(0, "what must come first did not come before it: buy")]),
        ([BUY, LOOK, BUY], [(0, "what must come first did not come before it: buy")]),
        ([BUY, BUY], [(n, "what must come first did not come at all: buy") for n in (0, 1)]),
    ],
)
def test_first_things_first(made: list[Row], broken: list[tuple[int, str]]) -> None:
    ordered = [row | {"turn": turn} for turn, row in enumerate(made)]
    rows = told(BEFORE, *ordered)
    assert [(row[2], row[4]) for row in rows if row[0] == "violation.it"] == broken
    assert rows[-1][3] == (0.0 if broken else 1.0)


def test_one_step_that_is_both_keeps_the_rule() -> None:
    rule = "require_before: {first: {tool: buy}, then: {tool: b*}}"
    assert told(rule, BUY) == KEPT
    early = told(rule, LOOK | {"name": "borrow", "turn": 0}, BUY | {"turn": 1})
    assert [(row[0], row[2], row[3]) for row in early] == [
        ("violation.it", 0, 1.0),
        ("rule.it", None, 0.0),
    ]


def test_the_answer_is_a_step_too() -> None:
    rule = "require_before: {first: {tool: look}, then: {answer: {}}}"
    llm = {"kind": "llm", "span_id": "llm", "turn": 0, "start_ns": 9}
    answered = {"run": {"answer": "42"}, "at": [llm]}
    assert told(rule, LOOK, **answered) == KEPT
    assert told(rule, **answered)[0][:4] == ("violation.it", "llm", None, 1.0)


UNSEEN: Row = {"calls": None, "answer": "done"}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("forbid: {tool: buy}", None),
        ("require: {tool: buy}", None),
        (BEFORE, None),
        ("forbid: {any: [{answer: sorry}, {tool: buy}]}", None),
        # These need no more than the answer.
        ("forbid: {answer: sorry}", 1.0),
        ("forbid: {answer: done}", 0.0),
        ("require: {any: [{answer: done}, {answer: ok}]}", 1.0),
        ("require: {not: {answer: sorry}}", 1.0),
        # What should have come first may have come unseen.
        ("require_before: {first: {tool: look}, then: {answer: {}}}", None),
    ],
)
def test_what_was_not_recorded_is_neither_kept_nor_broken(rule: str, value: float | None) -> None:
    rows = scored(rule, run=UNSEEN).filter(name="rule.it")
    assert rows["value"].to_list() == [value]
    assert rows["reason"].to_list() == ["the calls were not recorded" if value is None else None]


def test_what_broke_a_rule_is_known_whatever_else_is_not() -> None:
    either = "forbid: {any: [{answer: done}, {tool: buy}]}"
    assert told(either, run=UNSEEN)[-1][3] == 0.0
    assert told("require: {any: [{answer: done}, {tool: buy}]}", run=UNSEEN) == KEPT
