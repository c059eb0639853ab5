"""Score rows become one for each step and name, the worst of them; what no server may have goes."""

from typing import Any

import polars as pl
import pytest

from midspan.pipelines.publish.rows import (
    A_NOTE,
    NO_NAME,
    NO_TRACE,
    NOT_EVALUATED,
    NOT_FINITE,
    NOTHING,
    OF_PEOPLE,
    SCORER_FAILED,
    run_rows,
    step_rows,
)
from midspan.scorers.plugins import declarations
from midspan.scorers.tables import SCORES

KNOWN = declarations()


def scores(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "run_id": "r",
        "trace_id": "t",
        "scorer": "tool_calls",
        "scorer_version": "1",
        "config_hash": "c0ff",
        "evidence": [],
        "source": "code",
        "status": "ok",
    }
    return SCORES.frame([{**usual, **row} for row in rows])


def step(name: str, call: int | None = None, **row: Any) -> dict[str, Any]:
    return {"span_id": "s", "name": name, "call": call, **row}


def test_of_several_calls_the_worst_stands_with_its_label() -> None:
    found = step_rows(
        scores(
            step("call_ok", 2, value=1.0, label="none"),
            step("call_ok", 0, value=1.0, label="none", explanation="ran"),
            step("call_ok", 1, value=0.0, label="hidden.error", explanation="says: error"),
        ),
        KNOWN,
    )

    [row] = found.rows.to_dicts()
    assert (row["value"], row["label"], row["calls"]) == (0.0, "hidden.error", 3)
    assert row["explanation"] == "ran\nsays: error"


def test_the_worst_follows_the_direction_of_the_score() -> None:
    found = step_rows(
        scores(
            *(step("truncated", call, value=float(call)) for call in (0, 1)),
            *(step("call_ok", call, value=float(call)) for call in (0, 1)),
            *(step("fired.grep", call, value=float(1 - call)) for call in (0, 1)),
        ),
        KNOWN,
    )

    # Lower is better; higher is better; neither: the first call.
    assert dict(found.rows.select("name", "value").iter_rows()) == {
        "truncated": 1.0,
        "call_ok": 0.0,
        "fired.grep": 1.0,
    }


def test_a_value_stands_before_a_label_alone() -> None:
    found = step_rows(
        scores(
            step("response", 0, label="answered"),
            step("response", 1, value=1.0, label="adaptive"),
        ),
        KNOWN,
    )

    assert found.rows.select("value", "label", "calls").rows() == [(1.0, "adaptive", 2)]


def test_what_is_said_alike_of_each_call_is_said_once() -> None:
    found = step_rows(
        scores(*(step("loop", call, value=2.0, explanation="again") for call in (3, 4))), KNOWN
    )

    assert found.rows["explanation"].to_list() == ["again"]


def test_steps_and_runs_are_apart() -> None:
    both = scores(step("call_ok", 0, value=1.0), {"name": "success", "value": 1.0, "label": "pass"})

    assert step_rows(both, KNOWN).rows["name"].to_list() == ["call_ok"]
    assert run_rows(both, KNOWN).rows.select("name", "span_id").rows() == [("success", None)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_breaks_pages_is_refused(value: float) -> None:
    found = step_rows(scores(step("call_ok", 0, value=value), step("loop", 0, value=2.0)), KNOWN)

    assert found.refused == {NOT_FINITE: 1}
    assert found.rows["name"].to_list() == ["loop"]


def test_names_that_servers_cannot_keep_are_refused() -> None:
    found = step_rows(
        scores(step("note", value=1.0), step(" ", value=1.0), step("empty"), step("ok", value=0.0)),
        KNOWN,
    )

    assert found.refused == {NO_NAME: 1, A_NOTE: 1, NOTHING: 1}
    assert found.rows["name"].to_list() == ["ok"]


def test_what_was_not_judged_is_put_aside_and_counted() -> None:
    found = step_rows(
        scores(
            step("call_ok", 0, status="not_evaluated", reason="redacted"),
            step("call_ok", 1, status="failed", reason="KeyError"),
            step("call_ok", 2, source="human", value=1.0),
            step("call_ok", 3, trace_id=None, value=1.0),
            step("call_ok", 4, value=1.0),
        ),
        KNOWN,
    )

    assert found.aside == {OF_PEOPLE: 1, NOT_EVALUATED: 1, SCORER_FAILED: 1, NO_TRACE: 1}
    assert found.refused == {}
    assert found.rows.select("value", "calls").rows() == [(1.0, 1)]


def test_every_row_is_published_refused_or_put_aside() -> None:
    given = scores(
        *(step("call_ok", call, value=1.0) for call in range(3)),
        step("call_ok", 3, status="failed"),
        step("note", value=1.0),
    )

    found = step_rows(given, KNOWN)

    told = sum(found.refused.values()) + sum(found.aside.values()) + found.rows["calls"].sum()
    assert told == given.height
