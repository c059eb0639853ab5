"""Whether the final answer admits what went wrong."""

from typing import Any

import pytest

from midspan.scorers.outcome_scores import run_outcomes
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import calls, runs, tables
from tests.scorers.recovery.runs import PROFILE, bad, explained, in_turns, ok, scored


def admitted(answer: str | None, *, profile: str = PROFILE, **run: Any) -> list[tuple[Any, ...]]:
    given = tables(
        Setting(profile=Profile.parse(profile)),
        calls=calls(*in_turns(bad())),
        runs=runs({"run_id": "r", "answer": answer, **run}),
    )
    rows = scored(given).filter(name="unacknowledged_failure")
    return rows.select("value", "label").rows()


SILENT, ADMITTED = [(1.0, "fail")], [(0.0, "pass")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The total is 35.88 EUR.", SILENT),
        ("I could not find the order.", ADMITTED),
        ("The order couldn\u2019t be found.", ADMITTED),
        ("Unfortunately the lookup failed.", ADMITTED),
        ("I was unable to do it.", ADMITTED),
        ("The service is unavailable.", ADMITTED),
        ("It didn't work.", ADMITTED),
        ("The unfailing terrors", SILENT),
        ("  ", []),
        (None, []),
    ],
)
def test_unacknowledged_failure(answer: str | None, expected: list[tuple[Any, ...]]) -> None:
    assert admitted(answer) == expected


def test_a_profile_adds_words_of_admission() -> None:
    more = PROFILE + 'errors: {acknowledged: ["hat nicht geklappt (leider)"]}\n'
    said = "Das hat nicht geklappt (leider)"
    assert admitted(said) == SILENT
    assert admitted(said, profile=more) == ADMITTED


def test_a_run_that_succeeded_has_nothing_to_admit() -> None:
    check = {"id": "total", "kind": "exact", "passed": True, "detail": None}
    assert admitted("35.88", checks=[check]) == []
    assert admitted("35.88", checks=[check | {"passed": False}]) == SILENT


def test_a_run_that_succeeded_by_its_calls_has_nothing_to_admit() -> None:
    """The record leaves a check of calls open: scoring closes it, here as for `outcome`."""
    suite = """
        suite: shop
        contract: 1
        tasks:
          - id: price
            prompt: How much?
            checks: [{id: calls, kind: expected_calls}]
            expected_calls: {calls: [{name: look}]}
    """
    setting = Setting.of(suite=Suite.parse(suite), profile=Profile.parse(PROFILE))
    check = {"id": "calls", "kind": "expected_calls", "passed": None, "detail": None}
    said = {"run_id": "r", "task": "price", "answer": "35.88", "ended_by": "exit", "exit_code": 0}

    def judged(name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        given = tables(
            setting,
            calls=calls(*in_turns(bad(name))),
            runs=runs(said | {"calls": 1, "checks": [check]}),
        )
        rows = scored(given).filter(name="unacknowledged_failure").select("value", "label").rows()
        return run_outcomes(given)["outcome"].to_list(), rows

    assert judged("look") == (["success"], [])
    assert judged("guess") == (["wrong"], SILENT)


def test_who_hands_over_admits() -> None:
    [row] = explained(
        "unacknowledged_failure", bad(), ok("transfer_x"), run={"answer": "Please hold."}
    )
    assert row[2:] == (0.0, "pass", "a failure was not made up for, and the agent handed over")


def test_an_answer_after_a_recovery_has_nothing_to_admit() -> None:
    assert not explained("unacknowledged_failure", bad(), ok(), run={"answer": "done"})
