from typing import Any

import pytest

from tests.scorers.builders import Row
from tests.scorers.rules.scoring import KEPT, Told, scored, told

SECOND = 1_000_000_000


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
