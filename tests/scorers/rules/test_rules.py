from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.profile import Profile
from midspan.scorers.rules import Rules
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.oracle import rules as oracle

SECOND = 1_000_000_000
RUN: Row = {"run_id": "r", "root_span_id": "root", "trace_ids": ["t"], "calls": 3, "turns": 3}
Told = list[tuple[str, str | None, int | None, float | None, str]]


def profile(rules: str) -> Profile:
    return Profile.parse(f"profile: p\ncontract: 1\nrules:\n  it: {{{rules}}}\n")


def scored(
    rules: str, *rows: Row, run: Row | None = None, at: list[Row] | None = None
) -> pl.DataFrame:
    given = tables(
        Setting.of(profile=profile(rules)),
        runs=runs(RUN | (run or {})),
        calls=calls(*rows),
        spans=spans(*(at or [])),
    )
    scorer = Rules()
    return score_rows(scorer.score(given).collect(), name="rules", scorer=scorer)


def told(rules: str, *rows: Row, **more: Any) -> Told:
    """Name, span, call, value, and explanation or else reason."""
    found = scored(rules, *rows, **more).select(
        "name", "span_id", "call", "value", pl.coalesce("explanation", "reason")
    )
    return found.sort("name", "call", "span_id", descending=[True, False, False]).rows()


KEPT: Told = [("rule.it", None, None, 1.0, "kept")]

# Rules of predicates.

LOOK, BUY = {"name": "look", "turn": 0}, {"name": "buy", "turn": 1}


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


# Limits.


def llm(turn: int, **more: Any) -> Row:
    return {"kind": "llm", "turn": turn, "span_id": f"m{turn}", "input_tokens": 10} | more


@pytest.mark.parametrize(
    ("rule", "run", "at", "expected"),
    [
        pytest.param("max: {calls: 3}", {}, [], KEPT, id="as many as allowed"),
        pytest.param(
            "max: {calls: 1}",
            {},
            [],
            [
                ("violation.it", "s1", 1, 1.0, "call 2 of at most 1"),
                ("rule.it", None, None, 0.0, "broken: call 2 of at most 1"),
            ],
            id="the first call too many",
        ),
        pytest.param(
            "max: {turns: 1}",
            {},
            [llm(0), llm(1), llm(2)],
            [
                ("violation.it", "m1", None, 1.0, "turn 2 of at most 1"),
                ("rule.it", None, None, 0.0, "broken: turn 2 of at most 1"),
            ],
            id="turns",
        ),
        pytest.param(
            "max: {tokens: 20}",
            {},
            [llm(0, output_tokens=5), llm(1, output_tokens=6), llm(2, output_tokens=1)],
            [
                ("violation.it", "m1", None, 1.0, "31 of at most 20 tokens"),
                ("rule.it", None, None, 0.0, "broken: 31 of at most 20 tokens"),
            ],
            id="tokens",
        ),
        pytest.param(
            "max: {seconds: 2}",
            {"start_ns": 0, "end_ns": 5 * SECOND},
            [
                {"span_id": "a", "start_ns": 0, "end_ns": SECOND},
                {"span_id": "b", "start_ns": SECOND, "end_ns": 4 * SECOND},
                {"span_id": "c", "start_ns": 4 * SECOND, "end_ns": 5 * SECOND},
            ],
            [
                ("violation.it", "b", None, 1.0, "5 of at most 2 seconds"),
                ("rule.it", None, None, 0.0, "broken: 5 of at most 2 seconds"),
            ],
            id="the step in which time was up",
        ),
        pytest.param(
            "max: {seconds: 2}",
            {"start_ns": 0, "end_ns": 5 * SECOND},
            [],
            [
                ("violation.it", "root", None, 1.0, "5 of at most 2 seconds"),
                ("rule.it", None, None, 0.0, "broken: 5 of at most 2 seconds"),
            ],
            id="time without steps",
        ),
        pytest.param(
            "max: {cost: 0.5}",
            {},
            [llm(0, cost_usd=0.4), llm(1, cost_usd=0.2)],
            [
                ("violation.it", "root", None, 1.0, "0.6 of at most 0.5 USD"),
                ("rule.it", None, None, 0.0, "broken: 0.6 of at most 0.5 USD"),
            ],
            id="cost",
        ),
        pytest.param(
            "max: {calls: 1, turns: 1}",
            {},
            [llm(0), llm(1)],
            [
                ("violation.it", "m1", None, 1.0, "turn 2 of at most 1"),
                ("violation.it", "s1", 1, 1.0, "call 2 of at most 1"),
                ("rule.it", None, None, 0.0, "broken: call 2 of at most 1 (1 of 2 violations)"),
            ],
            id="two limits of one rule",
        ),
        pytest.param("max: {cost: 0.5}", {}, [], KEPT, id="who calls no model costs nothing"),
    ],
)
def test_limits(rule: str, run: Row, at: list[Row], expected: Told) -> None:
    rows = told(rule, {}, {}, {}, run=run, at=at)
    assert sorted(rows, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("rule", "run", "at", "reason"),
    [
        ("max: {calls: 9}", {"calls": None}, [], "what the model wrote was not recorded"),
        (
            "max: {tokens: 99}",
            {},
            [llm(0, output_tokens=5), llm(1)],
            "tokens were not recorded for each model call",
        ),
        ("max: {seconds: 9}", {"start_ns": 0}, [], "no span has an end"),
        (
            "max: {cost: 9}",
            {},
            [llm(0, output_tokens=5, request_model="m")],
            "no price for m",
        ),
    ],
)
def test_a_limit_of_which_nothing_is_known(rule: str, run: Row, at: list[Row], reason: str) -> None:
    rows = scored(rule, run=run, at=at)
    assert rows.select("name", "status", "reason").rows() == [("rule.it", "not_evaluated", reason)]


def test_tokens_that_are_known_may_be_too_many_already() -> None:
    at = [llm(0, output_tokens=5), llm(1)]
    assert told("max: {tokens: 14}", at=at)[0][4] == "15 of at most 14 tokens"


def test_a_request_that_failed_took_no_tokens() -> None:
    assert told("max: {tokens: 20}", at=[llm(0, status="error"), llm(1, output_tokens=5)]) == KEPT


# Repetition.


def same(argument: int, **more: Any) -> Row:
    return {"raw_arguments": f'{{"a":{argument}}}', "arguments_hash": argument, **more}


@pytest.mark.parametrize(
    ("made", "broken"),
    [
        ([1, 1], []),
        ([1, 1, 1], [2]),
        ([1, 1, 1, 1], [2, 3]),
        ([1, 1, 2, 1], []),
        ([2, 1, 1, 1], [3]),
    ],
)
def test_so_many_equal_calls_in_a_row(made: list[int], broken: list[int]) -> None:
    rows = told("no_repeat: 3", *(same(each) for each in made))
    assert [row[2] for row in rows if row[0] == "violation.it"] == broken
    assert rows[-1][3] == (0.0 if broken else 1.0)
    if broken:
        assert rows[0][4] == "`look` called 3 times in a row with the same arguments"


def test_agents_repeat_each_for_itself() -> None:
    turns = [same(1, agent=agent) for agent in ("a", "b", "a", "b", "a")]
    assert [row[2] for row in told("no_repeat: 3", *turns) if row[2] is not None] == [4]
    assert told("no_repeat: 3", *turns[:4]) == KEPT


def test_unknown_arguments_may_be_equal_ones() -> None:
    unknown = told("no_repeat: 3", same(1), {}, same(1))
    assert unknown == [("rule.it", None, None, None, "arguments of the calls were not recorded")]
    assert told("no_repeat: 3", same(1), {}, {"name": "find"}) == KEPT


# Results that are used.

FOUND = {"name": "search", "turn": 0, "result": '{"id": "ORD-1042", "total": 39.0}'}
USED = "result_used: {tool: search*}"


@pytest.mark.parametrize(
    ("later", "answer", "kept"),
    [
        ([{"turn": 1, "raw_arguments": '{"order": "ORD-1042"}'}], None, True),
        ([{"turn": 1, "raw_arguments": '{"amount": 39}'}], None, True),
        ([], "It costs 39.00 EUR.", True),
        ([], "order ord-1042 is open", True),
        ([], "order ORD-10421 is open", False),
        ([{"turn": 1, "raw_arguments": '{"order": "ORD-7"}'}], "I do not know.", False),
        # Written before the result was there.
        ([{"turn": 0, "raw_arguments": '{"order": "ORD-1042"}'}], None, False),
    ],
)
def test_a_result_is_used_where_a_value_of_it_occurs(
    later: list[Row], answer: str | None, kept: bool
) -> None:
    rows = told(USED, FOUND, *later, run={"answer": answer})
    if kept:
        assert rows == KEPT
    else:
        why = "no value of what `search` gave was used later, in an argument or in the answer"
        assert rows[0] == ("violation.it", "s0", 0, 1.0, why)


def test_what_was_asked_with_is_no_news() -> None:
    asked = FOUND | {"raw_arguments": '{"order": "ORD-1042"}'}
    assert told(USED, asked, run={"answer": "ORD-1042"})[-1][3] == 0.0
    assert told(USED, asked, run={"answer": "ORD-1042: 39"}) == KEPT


def test_within_so_many_turns() -> None:
    rule = "result_used: {tool: search, within_turns: 2}"
    use = {"raw_arguments": '{"order": "ORD-1042"}'}
    assert told(rule, FOUND, use | {"turn": 2}) == KEPT
    late = told(rule, FOUND, use | {"turn": 3})
    assert late[0][4].endswith("was used within 2 turns, in an argument or in the answer")
    # The answer comes with the last turn.
    assert told(rule, FOUND, run={"answer": "ORD-1042", "turns": 3}) == KEPT
    assert told(rule, FOUND, run={"answer": "ORD-1042", "turns": 4})[-1][3] == 0.0


@pytest.mark.parametrize(
    "call",
    [
        {"name": "other"},
        {"executed": False},
        {"failed": True},
        {"result": "{}"},
        {"result": "true"},
        {"result": ""},
    ],
)
def test_nothing_to_use(call: Row) -> None:
    assert told(USED, FOUND | call, run={"answer": "no"}) == KEPT


def test_prose_is_used_by_three_words_of_it() -> None:
    page = FOUND | {"result": "Refunds are possible within thirty days of delivery."}
    assert told(USED, page, run={"answer": "Yes, within Thirty days."}) == KEPT
    assert told(USED, page, run={"answer": "Refunds are fine."})[-1][3] == 0.0


def test_a_short_value_counts_where_there_is_no_other() -> None:
    assert told(USED, FOUND | {"result": "7"}, run={"answer": "There are 7."}) == KEPT
    assert told(USED, FOUND | {"result": "7"}, run={"answer": "There are 17."})[-1][3] == 0.0


def test_a_result_that_was_not_recorded() -> None:
    rows = told(USED, FOUND | {"result": None}, run={"answer": "x"})
    assert rows == [("rule.it", None, None, None, "results of the tool were not recorded")]


# Which rules hold for which runs.

SUITE = """
suite: s
contract: 1
tasks:
  - {id: buy, prompt: x, rules: {it: {forbid: {tool: look}}, own: {require: {tool: buy}}}}
  - {id: other, prompt: y}
"""


def test_rules_of_a_task_stand_beside_those_of_the_profile_and_win_by_name() -> None:
    setting = Setting.of(suite=Suite.parse(SUITE), profile=profile("forbid: {tool: buy}"))
    tasks = {"a": "buy", "b": "other", "c": None, "d": "unknown"}
    made = [{"run_id": run, "name": "look", "call": 0} for run in tasks]
    given = tables(
        setting,
        runs=runs(*(RUN | {"run_id": run, "task": task} for run, task in tasks.items())),
        calls=calls(*made),
    )
    rows = Rules().score(given).collect().filter(pl.col("name").str.starts_with("rule."))
    assert sorted(rows.select("run_id", "name", "value").rows()) == [
        ("a", "rule.it", 0.0),
        ("a", "rule.own", 0.0),
        ("b", "rule.it", 1.0),
        ("c", "rule.it", 1.0),
        ("d", "rule.it", 1.0),
    ]


def test_a_run_that_never_began_keeps_and_breaks_nothing() -> None:
    assert scored("require: {tool: look}", run={"status": "missing"}).is_empty()


def test_without_rules_there_are_no_rows() -> None:
    given = tables(runs=runs(RUN), calls=calls(LOOK))
    assert Rules().score(given).collect().is_empty()


# Against plain Python.

RULES = {
    "no": "forbid: {tool: b}",
    "must": "require: {tool: b}",
    "first": "require_before: {first: {tool: a}, then: {tool: b}}",
    "few": "max: {calls: 2, tokens: 25}",
    "once": "no_repeat: 2",
    "use": "result_used: {tool: a, within_turns: 1}",
}

CALL = st.fixed_dictionaries(
    {
        "run_id": st.sampled_from(["r0", "r1"]),
        "turn": st.integers(0, 3),
        "name": st.sampled_from(["a", "b"]),
        "raw_arguments": st.sampled_from(['{"q":"x1"}', '{"q":"zebra77"}', "{}", None]),
        "result": st.sampled_from([None, "{}", '{"id": "zebra77"}', "x1"]),
        "failed": st.sampled_from([False, False, True]),
        "agent": st.sampled_from([None, "sub"]),
    }
)


@settings(deadline=None)
@given(
    st.lists(CALL, max_size=8),
    st.lists(st.tuples(st.sampled_from(["r0", "r1"]), st.none() | st.integers(0, 20)), max_size=4),
    st.sampled_from([None, "nothing", "it is zebra77"]),
    st.randoms(use_true_random=False),
)
def test_it_says_what_plain_python_says(
    made: list[Row], asked: list[tuple[str, int | None]], answer: str | None, random: Any
) -> None:
    # Turns go up with the calls of a run, as they do in the tables.
    ordered = sorted(made, key=lambda row: row["turn"])
    numbered = [
        row | {"call": number, "arguments_hash": hash(row["raw_arguments"]) & 0xFFFF}
        if row["raw_arguments"]
        else row | {"call": number}
        for number, row in enumerate(ordered)
    ]
    requests = [
        {"run_id": run, "span_id": f"m{n}", "kind": "llm", "turn": n, "start_ns": n}
        | {"input_tokens": 7, "output_tokens": output}
        for n, (run, output) in enumerate(asked)
    ]
    shuffled = random.sample(numbered, len(numbered))
    each = [RUN | {"run_id": run, "answer": answer, "turns": 4} for run in ("r0", "r1")]
    text = "".join(f"  {name}: {{{rule}}}\n" for name, rule in RULES.items())
    setting = Setting.of(profile=Profile.parse(f"profile: p\ncontract: 1\nrules:\n{text}"))
    given = tables(setting, runs=runs(*each), calls=calls(*shuffled), spans=spans(*requests))
    rows = Rules().score(given).collect().to_dicts()
    values = {
        (row["run_id"], row["name"][5:]): row["value"]
        for row in rows
        if row["name"].startswith("rule.")
    }
    steps = {
        (row["run_id"], row["name"][10:], row["call"])
        for row in rows
        if row["name"].startswith("violation.") and row["call"] is not None
    }
    table = sorted(calls(*shuffled).to_dicts(), key=lambda row: row["call"])
    for run in ("r0", "r1"):
        its = [row for row in table if row["run_id"] == run]
        tokens = [(7, output) for name, output in asked if name == run]
        expected = oracle.verdicts(its, tokens, answer, turns=4)
        assert {name: values[run, name] for name in RULES} == {
            name: verdict for name, (verdict, _) in expected.items()
        }
        assert {(name, call) for of, name, call in steps if of == run} == {
            (name, call) for name, (_, broken) in expected.items() for call in broken
        }
