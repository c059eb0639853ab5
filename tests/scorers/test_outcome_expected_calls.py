"""Expected calls as a check: the record leaves it open, the calls table closes it."""

from tests.scorers.builders import calls
from tests.scorers.outcome_scoring import AMOUNT, DONE, SUITE, suite, told

PENDING = {"id": "calls", "kind": "expected_calls", "passed": None, "detail": "left to scoring"}
MISSED = (
    "calls (expected_calls) does not hold: 0 of 1 expected call matched; missing: `look` "
    "(any_order: all calls)"
)


def test_expected_calls_are_judged_by_the_calls_of_the_run() -> None:
    run = DONE | {"checks": [AMOUNT, PENDING]}
    made = told(run, setting=suite(), calls=calls({}))
    missed = told(run, setting=suite(), calls=calls({"name": "guess"}))
    assert [row[:2] for row in made] == [
        ("check.amount", 1.0),
        ("check.calls", 1.0),
        ("gamma_reward", 0.95**2),
        ("outcome", "success"),
        ("success", 1.0),
    ]
    assert dict(row[:2] for row in missed)["outcome"] == "wrong"
    assert missed[1] == ("check.calls", 0.0, MISSED)


def test_expected_calls_that_cannot_be_judged_leave_success_open() -> None:
    run = DONE | {"checks": [AMOUNT, PENDING]}
    nowhere = told(run, calls=calls({}))
    assert nowhere[1] == ("check.calls", None, "no suite says which calls the task expects")
    assert dict(row[:2] for row in nowhere)["success"] is None
    unseen = told(run | {"calls": None}, setting=suite())
    assert unseen[1] == ("check.calls", None, "the calls of the run were not recorded")
    gone = told(run | {"status": "missing", "calls": None}, setting=suite())
    assert gone[1] == ("check.calls", None, "no trace of the run was recorded")


def test_a_suite_of_expected_calls_alone_scores_runs_without_any_record() -> None:
    only = SUITE.replace("      - {id: amount, kind: json, equals: 35.88}\n", "")
    seen = DONE | {"ended_by": None, "exit_code": None, "checks": None}
    rows = told(seen, setting=suite(only), calls=calls({}))
    assert dict(row[:2] for row in rows)["success"] == 1.0


def test_a_check_that_came_into_the_suite_later_was_not_run() -> None:
    rows = told(DONE | {"checks": [PENDING]}, setting=suite(), calls=calls({}))
    assert rows[0] == ("check.amount", None, "the check was not run")
    assert dict(row[:2] for row in rows)["outcome"] == "unscored"
