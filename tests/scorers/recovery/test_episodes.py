"""Episodes: how operations end whose first attempt failed."""

from typing import Any

import polars as pl
import pytest

from midspan.scorers.recovery import episodes
from tests.scorers.builders import Row, spans
from tests.scorers.recovery.runs import bad, episodes_of, ok, tables_of


def label_of(*turns: Row | list[Row], run: Row | None = None) -> str:
    return episodes_of(*turns, run=run)[0][2]


def test_the_columns() -> None:
    assert episodes(tables_of(bad())).collect_schema() == {
        "run_id": pl.String,
        "call": pl.Int32,
        "closing_call": pl.Int32,
        "label": pl.String,
    }


def test_recovered() -> None:
    assert episodes_of(bad(id="ORD-1"), bad(id="ORD-2"), ok(id="ORD-2")) == [
        (0, 2, "recovered:same_tool")
    ]
    assert episodes_of(bad("buy", id="ORD-1"), ok("order", id="ORD-1")) == [
        (0, 1, "recovered:other_tool")
    ]


def test_the_tool_is_that_of_the_opening_call() -> None:
    turns = bad("buy", id="ORD-1"), bad("order", id="ORD-1"), ok("order", id="ORD-1")
    assert episodes_of(*turns) == [(0, 2, "recovered:other_tool")]


def test_several_may_be_open() -> None:
    turns = bad("buy", id="ORD-1"), bad("call_taxi", to="home"), ok("buy", id="ORD-1")
    assert episodes_of(*turns) == [(0, 2, "recovered:same_tool"), (1, None, "abandoned")]


@pytest.mark.parametrize(
    ("turns", "label"),
    [
        pytest.param([bad(id="A"), ok("transfer_to_human")], "handed_off", id="handed off"),
        pytest.param(
            [bad(id="A"), ok("pay", to="x"), ok("transfer_to_human")],
            "handed_off",
            id="handed off after a change",
        ),
        pytest.param([bad(id="A"), ok("pay", to="x")], "moved_on", id="moved on"),
        pytest.param([ok("pay", to="x"), bad(id="A")], "abandoned", id="a change before it"),
        pytest.param([[bad(id="A"), ok("pay", to="x")]], "abandoned", id="a change beside it"),
        pytest.param([bad(id="A"), bad("pay", to="x")], "abandoned", id="a change that failed"),
        pytest.param([bad(id="A"), ok("find", x="y")], "abandoned", id="no change of state"),
        pytest.param([bad(id="A"), ok("submit")], "abandoned", id="submitted"),
    ],
)
def test_not_recovered(turns: list[Any], label: str) -> None:
    assert label_of(*turns) == label


@pytest.mark.parametrize(
    ("run", "label"),
    [
        ({"answer": "done"}, "abandoned"),
        ({"ended_by": "timeout"}, "exhausted"),
        ({"ended_by": "budget", "answer": "so far"}, "exhausted"),
        ({"ended_by": "signal"}, "crashed"),
        ({"ended_by": "platform"}, "crashed"),
        ({"ended_by": "exit", "exit_code": 3}, "crashed"),
        ({"ended_by": "exit", "exit_code": 0}, "abandoned"),
        ({"status": "error"}, "crashed"),
        ({"status": "error", "answer": "done"}, "abandoned"),
        ({"status": "incomplete"}, "crashed"),
    ],
)
def test_how_the_run_ended(run: Row, label: str) -> None:
    assert label_of(bad(id="A"), run=run) == label


@pytest.mark.parametrize(
    ("reason", "label"), [("length", "exhausted"), ("error", "crashed"), ("stop", "abandoned")]
)
def test_how_the_last_turn_ended(reason: str, label: str) -> None:
    turns = spans(
        {"kind": "llm", "turn": 0, "finish_reason": "tool_calls"},
        {"kind": "llm", "turn": 1, "finish_reason": reason},
    )
    found = episodes(tables_of(bad(id="A"), spans=turns)).collect()
    assert found["label"].to_list() == [label]


def test_a_run_that_hit_its_own_limit_is_exhausted() -> None:
    root = {"span_id": "root", "kind": "agent", "status": "error", "error_type": "MaxTurnsExceeded"}
    run = {"root_span_id": "root", "status": "error"}
    found = episodes(tables_of(bad(id="A"), run=run, spans=spans(root))).collect()
    assert found["label"].to_list() == ["exhausted"]


def test_a_first_success_opens_none() -> None:
    assert episodes_of(ok(id="ORD-1"), bad("find", id=1), ok("find", id=1)) == [
        (1, 2, "recovered:same_tool")
    ]
