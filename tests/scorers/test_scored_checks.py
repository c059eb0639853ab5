"""Checks of runs without a record, as their scores tell of them."""

from typing import Any

import pytest

from midspan.scorers.scored_checks import with_scored_checks
from tests.scorers.builders import Row, runs, scores

FAILS: Row = {"name": "check.amount", "value": 0.0, "explanation": "36 is not 35.88"}
OPEN: Row = {"name": "check.note", "status": "not_evaluated", "reason": "it reads a file"}
LOST: Row = {"name": "success", "value": 0.0}
UNKNOWN: Row = {"name": "success", "status": "not_evaluated", "reason": "it reads a file"}
RECORDED: Row = {"id": "amount", "kind": "json", "passed": True, "detail": None}


def told(recorded: Any, *rows: Row) -> Any:
    frame = runs({"run_id": "r", "checks": recorded}, {"run_id": "other"})
    found = with_scored_checks(frame.lazy(), scores(*rows).lazy()).collect()
    assert found.schema == frame.schema
    assert found["run_id"].to_list() == ["r", "other"]
    assert found["checks"][1] is None
    return found["checks"].to_list()[0]


@pytest.mark.parametrize("recorded", [None, []])
def test_of_a_run_without_recorded_checks_the_scores_tell(recorded: Any) -> None:
    assert told(recorded, LOST, OPEN, FAILS) == [
        {"id": "amount", "kind": None, "passed": False, "detail": "36 is not 35.88"},
        {"id": "note", "kind": None, "passed": None, "detail": "it reads a file"},
    ]


def test_what_was_recorded_stays() -> None:
    assert told([RECORDED], LOST, FAILS) == [RECORDED]


@pytest.mark.parametrize("recorded", [None, []])
def test_a_run_that_nobody_could_judge_has_checks_all_the_same(recorded: Any) -> None:
    assert told(recorded, UNKNOWN, OPEN) == [
        {"id": "note", "kind": None, "passed": None, "detail": "it reads a file"}
    ]


@pytest.mark.parametrize("recorded", [None, []])
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [LOST],
        [FAILS | {"source": "human"}],
        [FAILS | {"span_id": "s"}],
        [FAILS | {"call": 1}],
    ],
    ids=["no scores", "no check", "said by people", "of a span", "of a call"],
)
def test_where_scores_tell_of_none_there_are_none(recorded: Any, rows: list[Row]) -> None:
    assert told(recorded, *rows) == recorded
