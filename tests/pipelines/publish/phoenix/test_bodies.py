"""Annotations as Phoenix takes them: what stands where, and what stays out."""

from typing import Any

import polars as pl

from midspan.dashboards.phoenix import NO_CHART
from midspan.pipelines.publish.phoenix.bodies import of_session, span_bodies, trace_bodies
from midspan.pipelines.publish.rows import MERGED
from midspan.scorers.plugins import declarations

KNOWN = declarations()


def rows(*given: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "run_id": "r1",
        "trace_id": "t1",
        "scorer": "recovery",
        "scorer_version": "2",
        "config_hash": "c0ff",
        "source": "code",
        "calls": 1,
    }
    return pl.DataFrame([{**usual, **row} for row in given], schema=MERGED)


def test_an_annotation_of_a_step() -> None:
    [body] = span_bodies(
        rows(
            {
                "span_id": "s1",
                "name": "call_ok",
                "value": 0.0,
                "label": "hidden.error",
                "explanation": "says: error",
                "calls": 3,
            }
        ),
        KNOWN,
    )

    assert body == {
        "span_id": "s1",
        "name": "call_ok",
        "annotator_kind": "CODE",
        "identifier": "midspan",
        "result": {"score": 0.0, "label": "hidden.error", "explanation": "says: error"},
        "metadata": {
            "run": "r1",
            "scorer": "recovery",
            "scorer_version": "2",
            "config_hash": "c0ff",
            "calls": 3,
        },
    }


def test_a_count_of_a_step_is_told_and_not_charted() -> None:
    [told, bare] = span_bodies(
        rows(
            {"span_id": "s1", "name": "loop", "value": 3.0, "explanation": "the same again"},
            {"span_id": "s2", "name": "loop", "value": 2.0},
        ),
        KNOWN,
    )

    assert told["result"] == {"score": None, "label": None, "explanation": "3: the same again"}
    assert bare["result"]["explanation"] == "2"


def test_what_a_model_judged_says_so() -> None:
    [body] = span_bodies(rows({"span_id": "s", "name": "x", "value": 1.0, "source": "llm"}), KNOWN)

    assert body["annotator_kind"] == "LLM"


def test_the_figures_of_a_run_stand_beside_its_outcome() -> None:
    bodies, aside = trace_bodies(
        rows(
            {"name": "outcome", "label": "wrong", "explanation": "check amount does not hold"},
            {"name": "recovery_rate", "value": 0.5, "numerator": 1.0, "n": 2},
            {"name": "turns", "value": 4.0},
            {"name": "tokens", "value": 12345.0},
            {"name": "cost_usd", "value": 0.00123},
            {"name": "wasted_tokens", "value": 0.0},
        ),
        KNOWN,
    )

    outcome, rate = bodies
    assert outcome["trace_id"] == "t1"
    assert outcome["result"]["explanation"] == (
        "check amount does not hold\nturns 4, tokens 12,345, cost_usd 0.00123"
    )
    assert outcome["metadata"]["figures"] == {
        "turns": 4.0,
        "tokens": 12345.0,
        "cost_usd": 0.00123,
        "wasted_tokens": 0.0,
    }
    assert rate["result"]["score"] == 0.5
    assert (rate["metadata"]["numerator"], rate["metadata"]["n"]) == (1.0, 2)
    assert aside == {NO_CHART: 4}


def test_an_annotation_of_a_session_is_that_of_its_first_trace() -> None:
    [body], _ = trace_bodies(rows({"name": "success", "value": 1.0}), KNOWN)

    session = of_session(body, "shop/talk")

    assert session == {"session_id": "shop/talk"} | {
        key: value for key, value in body.items() if key != "trace_id"
    }
