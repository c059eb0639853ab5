"""Calls of one turn are not repetitions of each other."""

import json

import pytest

from midspan.scorers.loop import Loop
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, calls, tables

TIMES_OUT = {"failed": True, "fault": "execution.error", "signature": "timeout"}


def page(number: int, turn: int | None) -> Row:
    arguments = json.dumps({"url": f"https://example.org/{number}"})
    return {"name": "read_page", "raw_arguments": arguments, "turn": turn, **TIMES_OUT}


def loops(*rows: Row) -> list[tuple[int | None, float, str | None]]:
    """Call, value and label of each step row, and of the run's last."""
    scorer = Loop()
    given = scorer.score(tables(calls=calls(*rows))).collect()
    found = score_rows(given, name="loop", scorer=scorer).sort("call", nulls_last=True)
    return found.select("call", "value", "label").rows()


def test_parallel_failures_of_one_turn_are_no_loop() -> None:
    assert loops(*(page(n, 0) for n in range(3))) == [(None, 1.0, None)]


def test_identical_siblings_are_no_loop() -> None:
    assert loops(page(1, 0), page(1, 0)) == [(None, 1.0, None)]
    same = {"failed": False, "fault": "none", "signature": None, "result": "x"}
    assert loops(page(1, 0) | same, page(1, 0) | same) == [(None, 1.0, None)]


def test_a_turn_of_failures_counts_once() -> None:
    turns = [page(1, 0), page(2, 0), page(3, 1), page(4, 1), page(5, 2)]
    assert loops(*turns) == [
        (2, 2.0, "same_error"),
        (3, 2.0, "same_error"),
        (4, 3.0, "same_error"),
        (None, 3.0, None),
    ]


def test_a_turn_of_identical_calls_counts_once() -> None:
    assert loops(page(1, 0), page(1, 0), page(1, 1), page(1, 1)) == [
        (2, 2.0, "identical"),
        (3, 2.0, "identical"),
        (None, 2.0, None),
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_calls_whose_turn_is_unknown_are_each_a_turn(number: int) -> None:
    label = "identical" if number == 1 else "same_error"
    assert loops(page(1, None), page(number, None)) == [(1, 2.0, label), (None, 2.0, None)]
