from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.errors import InvalidInput
from midspan.scorers.loop import Loop
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, calls, tables
from tests.scorers.oracle.loop import longest_loops, repetitions
from tests.scorers.strategies import judged_calls

A = {"raw_arguments": '{"a": 1}', "failed": False}
B = {"raw_arguments": '{"a": 2}', "failed": False}
FAILS = {"failed": True, "fault": "execution.error", "signature": "e1"}


def scored(*rows: Row, at_least: int = 2) -> pl.DataFrame:
    scorer = Loop(at_least=at_least)
    given = scorer.score(tables(calls=calls(*rows))).collect()
    return score_rows(given, name="loop", scorer=scorer).sort("run_id", "call", nulls_last=True)


def loops(*rows: Row, at_least: int = 2) -> list[tuple[int, float, str]]:
    """Call, repetition and label of each step row."""
    steps = scored(*rows, at_least=at_least).filter(name="loop")
    return steps.select("call", "value", "label").rows()


def longest(*rows: Row) -> float | None:
    runs = scored(*rows).filter(name="longest_loop")
    assert runs.height == 1
    value: float | None = runs["value"].item()
    return value


def test_the_rows_in_full() -> None:
    rows = scored(A | {"result": "x"}, A | {"result": "x"}, A | {"result": "x"}, B)
    columns = ["span_id", "call", "name", "value", "label", "explanation", "evidence", "status"]
    said = "`look` called with the same arguments {} times in a row, with the same result"
    assert rows.select(columns).rows() == [
        ("s1", 1, "loop", 2.0, "identical", said.format(2), ["s1"], "ok"),
        ("s2", 2, "loop", 3.0, "identical", said.format(3), ["s2"], "ok"),
        (
            *(None, None, "longest_loop", 3.0, None),
            *("`look` repeats 3 times (identical)", ["s1", "s2"], "ok"),
        ),
    ]


def test_identical_and_failed_again() -> None:
    rows = scored(A | FAILS, A | FAILS)
    assert rows["explanation"].to_list() == [
        "`look` called with the same arguments 2 times in a row, and it failed again",
        "`look` repeats 2 times (identical)",
    ]


def test_the_same_error_with_other_arguments() -> None:
    rows = scored(A | FAILS, B | FAILS)
    assert rows.select("call", "value", "label", "explanation").rows() == [
        (1, 2.0, "same_error", "`look` failed 2 times with the same error and no success between"),
        (None, 2.0, None, "`look` repeats 2 times (same_error)"),
    ]


def test_nothing_repeats() -> None:
    rows = scored(A, B)
    assert rows.select("name", "value", "explanation", "evidence").rows() == [
        ("longest_loop", 1.0, "no call repeats", [])
    ]


def test_no_call_no_row() -> None:
    assert scored().height == 0


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([A, A], [], id="results not recorded"),
        pytest.param([A | {"result": "x"}, A | {"result": "y"}], [], id="paging"),
        pytest.param([A | {"result": "x"}, B | {"result": "x"}], [], id="other arguments"),
        pytest.param([A | {"result": "x"}, A | {"result": "x", "name": "find"}], [], id="tool"),
        pytest.param([{"result": "x"}, {"result": "x"}], [], id="arguments not recorded"),
        pytest.param([A, {"failed": True}], [], id="arguments not recorded, failed"),
        pytest.param([A, A | {"failed": True}], [(1, 2.0, "identical")], id="later one failed"),
        pytest.param([A | FAILS, A], [], id="later one succeeded"),
        pytest.param(
            [A | {"result": "x"}, A | {"result": "x", "raw_arguments": '{"a":1.0}'}],
            [(1, 2.0, "identical")],
            id="spelt otherwise",
        ),
        pytest.param(
            [FAILS | {"raw_arguments": "{"}, FAILS | {"raw_arguments": "{"}],
            [(1, 2.0, "identical")],
            id="the same text that is not JSON",
        ),
        pytest.param(
            [FAILS | {"raw_arguments": "{"}, FAILS | {"raw_arguments": "{{"}],
            [(1, 2.0, "same_error")],
            id="other text that is not JSON",
        ),
        pytest.param([A | {"result": "x"}, B, A | {"result": "x"}], [], id="another call between"),
        pytest.param(
            [A | {"result": "x", "executed": False, "failed": None}, A | {"failed": None}],
            [],
            id="not executed",
        ),
        pytest.param([A | FAILS, B | FAILS | {"signature": "e2"}], [], id="another error"),
        pytest.param([A | FAILS, B | FAILS | {"name": "find"}], [], id="another tool's error"),
        pytest.param([A | FAILS, B, A | FAILS], [], id="a success between"),
        pytest.param(
            [A | FAILS, B | {"name": "find"}, B | FAILS],
            [(2, 2.0, "same_error")],
            id="another tool's success between",
        ),
        pytest.param(
            [A | FAILS, {"failed": None, "executed": False}, B | FAILS],
            [(2, 2.0, "same_error")],
            id="a call that was not executed between",
        ),
        pytest.param(
            [A | FAILS, B | FAILS | {"signature": "e2"}, A | FAILS],
            [(2, 2.0, "same_error")],
            id="another error between",
        ),
        pytest.param(
            [A | FAILS | {"signature": None}, B | FAILS | {"signature": None}],
            [],
            id="unknown signatures",
        ),
        pytest.param(
            [A | FAILS, B | FAILS, B | FAILS],
            [(1, 2.0, "same_error"), (2, 3.0, "same_error")],
            id="the longer row names the label",
        ),
        pytest.param(
            [A | FAILS | {"agent": "x"}, A | FAILS | {"agent": "y"}, A | FAILS | {"agent": None}],
            [],
            id="agents are apart",
        ),
        pytest.param(
            [
                A | {"result": "x", "agent": "x"},
                B | {"result": "y", "agent": "y"},
                A | {"result": "x", "agent": "x"},
            ],
            [(2, 2.0, "identical")],
            id="another agent's call between",
        ),
        pytest.param(
            [A | FAILS | {"fault": "model.bad_arguments", "failed": False}, A | FAILS, B | FAILS],
            [(1, 2.0, "identical"), (2, 2.0, "same_error")],
            id="a repaired call is a success",
        ),
    ],
)
def test_what_is_a_loop(rows: list[Row], expected: list[tuple[int, float, str]]) -> None:
    assert loops(*rows) == expected
    assert longest(*rows) in (max([value for _, value, _ in expected], default=1.0), None)


def test_runs_are_apart_and_order_is_by_call_not_by_arrival() -> None:
    again = A | {"result": "x"}
    rows = [
        again | {"run_id": "r1", "call": 2},
        again | {"run_id": "r2", "call": 0},
        again | {"run_id": "r1", "call": 0},
        B | {"run_id": "r1", "call": 1},
    ]
    assert loops(*rows) == []


def test_rows_begin_with_the_repetition_asked_for() -> None:
    rows = [A | FAILS] * 4
    assert [call for call, _, _ in loops(*rows, at_least=3)] == [2, 3]
    run = scored(*rows, at_least=3).filter(name="longest_loop")
    assert run.select("value", "evidence").row(0) == (4.0, ["s2", "s3"])


@pytest.mark.parametrize("at_least", [1, 0, -1])
def test_a_single_call_is_no_loop(at_least: int) -> None:
    with pytest.raises(InvalidInput, match="at_least must be 2 or more"):
        Loop(at_least=at_least)


def test_where_no_arguments_were_recorded_it_is_not_known_whether_calls_repeat() -> None:
    run = scored({"failed": False}, {"failed": False})
    assert run.select("name", "value", "explanation", "status", "reason").rows() == [
        (
            *("longest_loop", None, None, "not_evaluated"),
            "arguments of the calls were not recorded",
        )
    ]


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        pytest.param([{"failed": False}], 1.0, id="one call cannot repeat"),
        pytest.param([{"failed": False}, A], 1.0, id="some arguments are known"),
        pytest.param([FAILS, FAILS], 2.0, id="an error repeats all the same"),
    ],
)
def test_what_is_known_in_spite_of_unrecorded_arguments(rows: list[Row], value: float) -> None:
    assert longest(*rows) == value


def test_several_calls_on_one_span_are_one_piece_of_evidence() -> None:
    rows = [A | FAILS | {"executed": False, "span_id": "llm"}] * 3
    assert scored(*rows).filter(name="longest_loop")["evidence"].to_list() == [["llm"]]


def test_findings_of_several_agents_stand_in_the_order_of_the_calls() -> None:
    rows = [A | FAILS | {"agent": agent} for agent in "bbaa"]
    run = scored(*rows, B | {"name": "find"}).filter(name="longest_loop")
    assert run["evidence"].to_list() == [["s1", "s3"]]


@settings(deadline=None)
@given(judged_calls(), st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=12, max_size=12))
@example([], [])
def test_agrees_with_the_plain_reference(
    rows: list[dict[str, Any]], turns: list[int | None]
) -> None:
    rows = [row | {"turn": turns[row["call"]]} for row in rows]
    plain = calls(*rows).rows(named=True)
    result = scored(*rows)
    steps = result.filter(name="loop").select("run_id", "call", "value", "label").rows()
    expected = [
        (run_id, call, float(count), label)
        for (run_id, call), (count, label) in repetitions(plain).items()
        if count >= 2
    ]
    assert steps == sorted(expected)
    runs = result.filter(name="longest_loop")
    assert dict(runs.select("run_id", "value").rows()) == longest_loops(plain)
    assert (runs["status"] == "ok").to_list() == runs["value"].is_not_null().to_list()
