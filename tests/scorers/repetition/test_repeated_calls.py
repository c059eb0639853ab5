from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings

from midspan.scorers.profile import Profile
from midspan.scorers.repetition import RepeatedCalls
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, tables
from tests.scorers.oracle.repeated_calls import repeated_call_rates
from tests.scorers.strategies import judged_calls

PROFILE = "profile: shop\ncontract: 1\ntools: {state_changing: [pay, find]}\n"

A = {"raw_arguments": '{"a": 1}', "failed": False, "result": "x"}
B = {"raw_arguments": '{"a": 2}', "failed": False, "result": "x"}
PAY = {"name": "pay", "raw_arguments": "{}", "failed": False, "result": "paid"}


def scored(*rows: Row) -> pl.DataFrame:
    scorer = RepeatedCalls()
    setting = Setting.of(profile=Profile.parse(PROFILE))
    given = scorer.score(tables(setting, calls=calls(*rows))).collect()
    return score_rows(given, name="repeated_calls", scorer=scorer)


def test_the_row_in_full() -> None:
    columns = ["run_id", "name", "value", "numerator", "n", "explanation", "evidence", "status"]
    assert scored(A, B, A, B).select(columns).rows() == [
        (
            *("r", "repeated_call_rate", 0.5, 2.0, 4),
            "2 of 4 calls repeated an earlier one without anything new (look)",
            *(["s2", "s3"], "ok"),
        )
    ]


def test_no_call_no_row() -> None:
    assert scored().height == 0


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        pytest.param([A, A, A], 2, id="same result"),
        pytest.param([A, A | {"result": "y"}, A], 1, id="a result that came before the last one"),
        pytest.param([A, A | {"result": None}], 0, id="result not recorded"),
        pytest.param([A, A | {"result": None, "failed": True}], 1, id="failed"),
        pytest.param([A, B], 0, id="other arguments"),
        pytest.param([A, A | {"name": "find_it"}], 0, id="another tool"),
        pytest.param([A, A | {"agent": "helper"}], 1, id="another agent of the run"),
        pytest.param([A, A | {"run_id": "q"}], 0, id="another run"),
        pytest.param([A, PAY, A], 0, id="a change between"),
        pytest.param([A, PAY, A, A], 1, id="again after the change"),
        pytest.param([PAY, PAY], 1, id="the change itself again"),
        pytest.param([PAY, A, PAY], 1, id="the change again, nothing changed between"),
        pytest.param(
            [PAY, PAY | {"raw_arguments": '{"a":1}'}, PAY], 0, id="another change between"
        ),
        pytest.param([PAY, PAY | {"result": "no"}, PAY], 0, id="a change counts against the last"),
    ],
)
def test_what_repeats(rows: list[Row], repeated: int) -> None:
    assert sum(scored(*rows)["numerator"]) == repeated


def test_what_was_not_recorded_is_not_evaluated() -> None:
    row = scored({"failed": False}, {"failed": False}).row(0, named=True)
    assert (row["value"], row["n"], row["status"]) == (None, None, "not_evaluated")
    assert row["reason"] == "arguments of the calls were not recorded"
    assert scored({"failed": False})["value"].to_list() == [0.0]


@settings(deadline=None)
@given(judged_calls())
@example([])
def test_agrees_with_the_plain_reference(rows: list[dict[str, Any]]) -> None:
    names = {"find", "pay"}
    plain = calls(*rows).rows(named=True)
    result = {
        run_id: None if n is None else (int(numerator), n)
        for run_id, numerator, n in scored(*rows).select("run_id", "numerator", "n").rows()
    }
    assert result == repeated_call_rates(plain, names)
