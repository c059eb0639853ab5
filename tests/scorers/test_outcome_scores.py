from typing import Any

import pytest

from tests.scorers.outcome_scoring import AMOUNT, DONE, POINTS, SHOP, scored, suite, told


def test_a_success_in_full() -> None:
    rows = scored(DONE | {"checks": [AMOUNT, SHOP]}).to_dicts()
    assert [
        (row["name"], row["value"], row["label"], row["explanation"], row["evidence"])
        for row in rows
    ] == [
        ("check.amount", 1.0, "pass", "amount (json) holds", ["root"]),
        ("check.shop", 1.0, "pass", "shop (state) holds", ["root"]),
        (
            "gamma_reward",
            0.95**2,
            None,
            "a success in 3 turns: each beyond the first leaves 0.95 of it",
            ["root"],
        ),
        ("outcome", None, "success", "all 2 checks hold", ["root"]),
        ("success", 1.0, "pass", "all 2 checks hold", ["root"]),
    ]


def test_a_wrong_answer_says_which_check_does_not_hold_and_why() -> None:
    assert told(DONE | {"checks": [AMOUNT, POINTS]}) == [
        ("answer_coverage", 2 / 3, "2 of 3 points found, missing: EUR"),
        ("check.amount", 1.0, "amount (json) holds"),
        (
            "check.points",
            0.0,
            "points (key_points) does not hold: 2 of 3 points found, missing: EUR",
        ),
        ("gamma_reward", 0.0, "no success"),
        (
            "outcome",
            "wrong",
            "1 of 2 checks does not hold: points (2 of 3 points found, missing: EUR)",
        ),
        (
            "success",
            0.0,
            "1 of 2 checks does not hold: points (2 of 3 points found, missing: EUR)",
        ),
    ]


def test_one_check_that_does_not_hold_is_the_runs_check() -> None:
    wrong = AMOUNT | {"passed": False, "detail": "36 is not 35.88"}
    assert told(DONE | {"checks": [wrong]})[-1] == (
        "success",
        0.0,
        "its check does not hold: amount (36 is not 35.88)",
    )


def test_a_run_that_hit_its_limit_is_no_success_though_all_checks_hold() -> None:
    ended = DONE | {"checks": [AMOUNT], "ended_by": "timeout"}
    assert told(ended) == [
        ("check.amount", 1.0, "amount (json) holds"),
        ("gamma_reward", 0.0, "no success"),
        ("outcome", "timeout", "its time was used up"),
        ("success", 0.0, "its time was used up"),
    ]


def test_a_planned_run_without_a_trace_has_an_outcome_and_no_success() -> None:
    never = {"run_id": "r", "task": "price", "planned": True, "status": "missing"}
    why = "planned, and not run yet: there is neither a trace nor a record"
    assert told(never) == [("outcome", "infra", why)]
    assert told(never, setting=suite()) == [("outcome", "infra", why)]


def test_checks_of_a_run_that_the_platform_ended_say_nothing_of_the_agent() -> None:
    assert told(DONE | {"checks": [AMOUNT], "ended_by": "platform"}) == [
        ("outcome", "infra", "ended by the platform, through no fault of the agent")
    ]


def test_a_check_that_could_not_run_leaves_success_open() -> None:
    pending = AMOUNT | {"passed": None, "detail": "the command took 30 s"}
    why = "check amount could not be judged: the command took 30 s"
    assert told(DONE | {"checks": [pending, SHOP | {"passed": False}]}) == [
        ("check.amount", None, "the command took 30 s"),
        ("check.shop", 0.0, "shop (state) does not hold"),
        ("gamma_reward", None, why),
        ("outcome", "unscored", f"not scored: {why}"),
        ("success", None, why),
    ]


@pytest.mark.parametrize("checks", [None, []])
def test_a_task_without_checks_is_unscored_and_has_no_success(checks: Any) -> None:
    none = [("outcome", "unscored", "not scored: the task has no checks")]
    assert told(DONE | {"checks": checks}) == none
    assert told(DONE | {"checks": checks, "task": "talk", "planned": True}, setting=suite()) == none


def test_of_a_planned_run_without_a_record_only_a_suite_knows_its_checks() -> None:
    broken = {"run_id": "r", "task": "price", "planned": True, "status": "incomplete"}
    why = "no result record, and no suite, says which checks the task has"
    off = "the trace breaks off, and no result record says how the run ended"
    assert told(broken) == [
        ("gamma_reward", None, why),
        ("outcome", "agent_error", off),
        ("success", None, why),
    ]
    # The task has checks, and the run failed: it stays in the denominator.
    record = "the run left no result record, so its checks are not known to have run"
    assert told(broken, setting=suite()) == [
        ("check.amount", None, record),
        ("check.calls", None, "the calls of the run were not recorded"),
        ("gamma_reward", 0.0, "no success"),
        ("outcome", "agent_error", off),
        ("success", 0.0, off),
    ]


# What other programs record.


def test_two_checks_of_one_id_are_one_that_holds_where_both_do() -> None:
    wrong = AMOUNT | {"passed": False, "detail": "36 is not 35.88"}
    rows = told(DONE | {"checks": [AMOUNT, wrong]})
    assert rows[0] == ("check.amount", 0.0, "amount (json) does not hold: 36 is not 35.88")
    assert rows[-1][:2] == ("success", 0.0)


def test_ids_become_names_that_a_score_may_have() -> None:
    odd = [AMOUNT | {"id": "Größe ok?"}, AMOUNT | {"id": ""}]
    names = scored(DONE | {"checks": odd})["name"].to_list()
    assert names[:2] == ["check.gr__e_ok_", "check.json"]
