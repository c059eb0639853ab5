"""Checks that no record has: judged from the answer where it decides, and said so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from midspan.scorers.answer_judge import Verdict
from midspan.scorers.outcome_scores import Outcome
from midspan.scorers.score import score_rows
from midspan.scorers.suite import Check
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.outcome_scoring import AMOUNT, DONE, suite

SUITE = """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much?
    checks:
      - {id: amount, kind: json, equals: 35.88}
      - {id: euro, kind: substring, value: EUR}
"""
WITH_A_FILE = f"{SUITE}      - {{id: note, kind: file, path: note.txt}}\n"
SEEN: Row = DONE | {"ended_by": None, "exit_code": None, "checks": None}
SPOKE: Row = {"kind": "llm", "calls_emitted": 0, "status": "ok"}
SILENT: Row = {"kind": "llm", "calls_emitted": None, "status": "ok"}


def judge(asked: Sequence[tuple[Check, str | None]]) -> list[Verdict]:
    """Each check holds in an answer that names it."""
    return [
        (True, None) if answer and check.id in answer else (False, f"no {check.id} in {answer!r}")
        for check, answer in asked
    ]


def told(
    *given: Row, text: str = SUITE, **frames: Any
) -> dict[tuple[str, str], tuple[float | str | None, str]]:
    """Value or else label, and explanation or else reason, by run and name."""
    judged = replace(tables(suite(text), runs=runs(*given), **frames), answer_judge=judge)
    rows = score_rows(Outcome().score(judged).collect(), name="outcome", scorer=Outcome())
    return {
        (row["run_id"], row["name"]): (
            row["label"] if row["value"] is None else row["value"],
            row["explanation"] or row["reason"],
        )
        for row in rows.to_dicts()
    }


def test_a_run_without_a_record_is_judged_from_its_answer_and_says_so() -> None:
    found = told(SEEN | {"answer": "amount, euro"}, SEEN | {"run_id": "q", "answer": "amount"})
    by = "judged by scoring from the recorded answer"
    assert found == {
        ("r", "outcome"): ("success", f"all 2 checks hold; {by}: amount, euro"),
        ("r", "success"): (1.0, f"all 2 checks hold; {by}: amount, euro"),
        ("r", "check.amount"): (1.0, f"amount (json) holds, {by}"),
        ("r", "check.euro"): (1.0, f"euro (substring) holds, {by}"),
        ("q", "outcome"): (
            "wrong",
            f"1 of 2 checks does not hold: euro (no euro in 'amount'); {by}: amount, euro",
        ),
        ("q", "success"): (
            0.0,
            f"1 of 2 checks does not hold: euro (no euro in 'amount'); {by}: amount, euro",
        ),
        ("q", "check.amount"): (1.0, f"amount (json) holds, {by}"),
        ("q", "check.euro"): (
            0.0,
            f"euro (substring) does not hold, {by}: no euro in 'amount'",
        ),
    }


def test_what_was_recorded_holds_whatever_the_answer_says() -> None:
    failed = AMOUNT | {"passed": False, "detail": "36 is not 35.88"}
    found = told(DONE | {"checks": [failed], "answer": "amount, euro"})
    assert found["r", "check.amount"] == (0.0, "amount (json) does not hold: 36 is not 35.88")
    assert found["r", "check.euro"][0] == 1.0
    assert found["r", "outcome"] == (
        "wrong",
        "1 of 2 checks does not hold: amount (36 is not 35.88); "
        "judged by scoring from the recorded answer: euro",
    )
    open_still = AMOUNT | {"passed": None, "detail": "the search took too long"}
    found = told(DONE | {"checks": [open_still], "answer": "amount, euro"})
    assert found["r", "check.amount"] == (None, "the search took too long")
    assert found["r", "outcome"][0] == "unscored"


def test_a_check_of_what_a_run_left_behind_leaves_it_unscored_and_is_named() -> None:
    found = told(SEEN | {"answer": "amount, euro"}, text=WITH_A_FILE)
    why = "it reads what the run left behind, and no result record says what came of it"
    assert found["r", "check.note"] == (None, why)
    assert found["r", "check.euro"][0] == 1.0
    assert found["r", "success"] == (None, f"check note could not be judged: {why}")
    assert found["r", "outcome"] == (
        "unscored",
        f"not scored: check note could not be judged: {why}",
    )


def test_an_answer_that_was_not_recorded_is_no_missing_answer() -> None:
    """The spans of tools are there, and what the model said is not: content was left out."""
    unseen = SEEN | {"answer": None}
    found = told(unseen, spans=spans({}, SILENT, {}), calls=calls({}))
    why = "what the agent answered was not recorded"
    assert found["r", "check.amount"] == (None, why)
    assert found["r", "outcome"] == (
        "unscored",
        f"not scored: check amount could not be judged: {why}",
    )
    # Without a single model call nobody knows either.
    assert told(unseen, spans=spans({}))["r", "outcome"][0] == "unscored"


@pytest.mark.parametrize("last", [SPOKE, SPOKE | {"calls_emitted": 1}])
def test_a_model_that_ended_without_an_answer_gave_none(last: Row) -> None:
    again = SILENT | {"duplicate_of": "s0"}
    found = told(SEEN | {"answer": None}, spans=spans(SILENT, last, again))
    assert found["r", "check.amount"][0] == 0.0
    assert found["r", "outcome"] == ("no_answer", "no answer was given, and a check reads it")


def test_a_trace_that_breaks_off_has_said_no_last_word() -> None:
    broken = SEEN | {"status": "incomplete", "answer": "amount, euro"}
    found = told(broken, spans=spans(SPOKE))
    record = "the run left no result record, so its checks are not known to have run"
    assert found["r", "check.amount"] == (None, record)
    off = "the trace breaks off, and no result record says how the run ended"
    assert found["r", "outcome"] == ("unscored", f"not scored: {off}")


def test_a_limit_outranks_a_right_answer_also_without_a_record() -> None:
    limit = {"span_id": "root", "kind": "agent", "status": "error", "error_type": "max steps"}
    found = told(SEEN | {"status": "error", "answer": "amount, euro"}, spans=spans(limit))
    assert found["r", "outcome"][0] == "budget"
    assert (found["r", "check.euro"][0], found["r", "success"][0]) == (1.0, 0.0)
