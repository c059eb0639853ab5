from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings

from midspan.scorers.score import score_rows
from midspan.scorers.valid_call_rate import ValidCallRate
from tests.scorers.builders import Row, calls, tables
from tests.scorers.oracle.valid_call_rate import valid_call_rates
from tests.scorers.strategies import judged_calls

GOOD = {"raw_arguments": "{}", "fault": "none"}
BAD = {"raw_arguments": "{}", "fault": "model.bad_arguments"}


def scored(*rows: Row) -> pl.DataFrame:
    scorer = ValidCallRate()
    given = scorer.score(tables(calls=calls(*rows))).collect()
    return score_rows(given, name="valid_call_rate", scorer=scorer).sort("run_id")


def test_the_row_in_full() -> None:
    rows = scored(GOOD, BAD | {"name": "find"}, GOOD, BAD, BAD | {"name": "find"})
    columns = ["span_id", "call", "name", "value", "numerator", "n", "explanation", "evidence"]
    assert rows.select(columns).rows() == [
        (
            *(None, None, "valid_call_rate", 0.4, 2.0, 5),
            *("3 of 5 emitted calls have a model fault (find, look)", ["s1", "s3", "s4"]),
        )
    ]


def test_all_valid() -> None:
    columns = ["value", "numerator", "n", "explanation", "evidence"]
    assert scored(GOOD, GOOD).select(columns).rows() == [
        (1.0, 2.0, 2, "all 2 emitted calls are valid", [])
    ]


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        (GOOD, 1.0),
        (GOOD | {"fault": "execution.error", "failed": True}, 1.0),
        (GOOD | {"fault": "hidden.error", "failed": True}, 1.0),
        (GOOD | {"fault": None, "executed": False}, 1.0),
        (GOOD | {"fault": "model.unparseable"}, 0.0),
        (GOOD | {"fault": "model.unknown_tool"}, 0.0),
        (BAD, 0.0),
        (BAD | {"failed": False}, 0.0),
        ({"fault": "none"}, 1.0),
        ({"fault": "model.unknown_tool"}, 0.0),
    ],
)
def test_what_counts_as_valid(row: Row, valid: float) -> None:
    assert scored(row).select("value", "n", "status").rows() == [(valid, 1, "ok")]


def test_no_emitted_call_no_row() -> None:
    assert scored().height == 0
    assert scored(BAD | {"emitted": False}).height == 0


def test_calls_that_were_not_emitted_do_not_count() -> None:
    assert scored(GOOD, BAD | {"emitted": False}).select("value", "n").rows() == [(1.0, 1)]


def test_calls_of_which_nothing_is_known_cannot_be_evaluated() -> None:
    rows = scored({"fault": None, "executed": False}, {"fault": None, "executed": False})
    assert rows.select("value", "n", "status", "reason").rows() == [
        (None, None, "not_evaluated", "arguments of the calls were not recorded")
    ]


def test_several_calls_on_one_span_are_one_piece_of_evidence() -> None:
    on_llm = BAD | {"executed": False, "span_id": "llm"}
    assert scored(on_llm, on_llm)["evidence"].to_list() == [["llm"]]


@settings(deadline=None)
@given(judged_calls())
@example([])
def test_agrees_with_the_plain_reference(rows: list[dict[str, Any]]) -> None:
    result = scored(*rows)
    found = {
        run_id: None if status == "not_evaluated" else (numerator, n)
        for run_id, numerator, n, status in result.select(
            "run_id", "numerator", "n", "status"
        ).iter_rows()
    }
    assert found == valid_call_rates(calls(*rows).rows(named=True))
    assert result.filter(pl.col("value") != pl.col("numerator") / pl.col("n")).height == 0
