from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from midspan.scorers.recovery.operations import operations
from midspan.scorers.score import score_rows
from midspan.scorers.tool_calls import ToolCalls
from tests.scorers.builders import Row, calls, tables
from tests.scorers.oracle.tool_calls import fault_scores
from tests.scorers.strategies import judged_calls

GOOD = {"raw_arguments": '{"id": "ORD-1"}', "fault": "none", "failed": False}
BAD = GOOD | {"fault": "model.bad_arguments", "fault_rule": "model.bad_arguments/schema"}
BROKEN = GOOD | {
    "fault": "execution.error",
    "fault_rule": "execution.error/span",
    "failed": True,
    "signature": "e",
    "error_message": "timed out\nat line 3",
}


def scored(*rows: Row) -> pl.DataFrame:
    scorer = ToolCalls()
    given = scorer.score(tables(calls=calls(*rows))).collect()
    return score_rows(given, name="tool_calls", scorer=scorer)


def values(rows: pl.DataFrame) -> dict[str, float | None]:
    return dict(rows.filter(pl.col("call").is_null()).select("name", "value").iter_rows())


def test_the_rows_in_full() -> None:
    rows = scored(GOOD | {"turn": 0}, BROKEN | {"turn": 1}, BAD | {"turn": 2})
    columns = ["name", "call", "value", "label", "numerator", "n", "explanation", "evidence"]
    assert rows.select(columns).rows() == [
        ("call_ok", 0, 1.0, "none", None, None, "`look` has no fault", ["s0"]),
        (
            *("call_ok", 1, 0.0, "execution.error", None, None),
            *("`look`: execution.error/span: timed out", ["s1"]),
        ),
        (
            *("call_ok", 2, 0.0, "model.bad_arguments", None, None),
            *("`look`: model.bad_arguments/schema", ["s2"]),
        ),
        (
            *("invalid_calls", None, 1.0, None, None, None),
            *("1 emitted call with a fault of the model (look)", ["s2"]),
        ),
        (
            *("call_success_rate", None, 1 / 3, None, 1.0, 3),
            *("1 of 3 executed calls have no fault", ["s1", "s2"]),
        ),
        (
            *("first_attempt_accuracy", None, 0.5, None, 1.0, 2),
            *("the first attempt has no fault in 1 of 2 operations", ["s1"]),
        ),
    ]


def test_nothing_called_nothing_to_judge() -> None:
    assert scored().height == 0


def test_all_that_is_given_was_declared() -> None:
    assert {*scored(GOOD)["name"]} == {each.name for each in ToolCalls.declares}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (GOOD, {"invalid_calls": 0, "call_success_rate": 1, "first_attempt_accuracy": 1}),
        (BROKEN, {"invalid_calls": 0, "call_success_rate": 0, "first_attempt_accuracy": 0}),
        (BAD, {"invalid_calls": 1, "call_success_rate": 0, "first_attempt_accuracy": 0}),
        (
            BAD | {"executed": False, "failed": True},
            {"invalid_calls": 1, "first_attempt_accuracy": 0},
        ),
        (GOOD | {"executed": False, "failed": None, "fault": None}, {"invalid_calls": 0}),
        (
            {"executed": False, "fault": None},
            {"invalid_calls": None},
        ),
        (
            BAD | {"emitted": False},
            {"call_success_rate": 0, "first_attempt_accuracy": 0},
        ),
    ],
)
def test_what_counts(row: Row, found: dict[str, Any]) -> None:
    assert values(scored(row)) == found


def test_a_retry_is_no_first_attempt() -> None:
    again = scored(BROKEN | {"turn": 0}, GOOD | {"turn": 1})
    assert values(again)["first_attempt_accuracy"] == 0
    assert values(again)["call_success_rate"] == 0.5


def test_a_call_that_cannot_be_judged_has_no_row() -> None:
    rows = scored(GOOD, {"executed": False, "fault": None})
    assert rows.filter(pl.col("name") == "call_ok")["call"].to_list() == [0]


@settings(deadline=None, max_examples=60)
@given(judged_calls())
def test_agrees_with_the_plain_reference(rows: list[dict[str, Any]]) -> None:
    made = calls(*rows)
    tried = operations(tables(calls=made)).filter(pl.col("attempt") == 0)
    first = {*tried.select("run_id", "call").collect().iter_rows()}
    found = scored(*rows).filter(pl.col("call").is_null())
    assert {
        (run_id, name): value
        for run_id, name, value in found.select("run_id", "name", "value").rows()
    } == fault_scores(made.rows(named=True), first)
