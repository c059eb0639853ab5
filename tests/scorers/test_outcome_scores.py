from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.errors import InvalidInput
from midspan.scorers.gamma_reward import GammaReward
from midspan.scorers.outcome_scores import Outcome
from midspan.scorers.score import Scorer, score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import Row, calls, runs, spans, tables, text
from tests.scorers.oracle import outcome as oracle

AMOUNT = {"id": "amount", "kind": "json", "passed": True, "detail": None}
SHOP = {"id": "shop", "kind": "state", "passed": True, "detail": None}
POINTS = {
    "id": "points",
    "kind": "key_points",
    "passed": False,
    "detail": "2 of 3 points found, missing: EUR",
}
DONE: Row = {
    "run_id": "r",
    "task": "price",
    "ended_by": "exit",
    "exit_code": 0,
    "answer": "35.88",
    "turns": 3,
    "llm_calls": 3,
    "calls": 1,
    "output_tokens": 20,
    "root_span_id": "root",
}

SUITE = """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much?
    checks:
      - {id: amount, kind: json, equals: 35.88}
      - {id: calls, kind: expected_calls}
    expected_calls: {calls: [{name: look}]}
  - id: talk
    prompt: Say something.
"""


def suite(text: str = SUITE) -> Setting:
    return Setting.of(suite=Suite.parse(text))


def scored(*rows: Row, setting: Setting | None = None, **frames: pl.DataFrame) -> pl.DataFrame:
    given = tables(setting, runs=runs(*rows), **frames)
    scorers: dict[str, Scorer] = {"outcome": Outcome(), "gamma_reward": GammaReward()}
    return pl.concat(
        score_rows(scorer.score(given).collect(), name=name, scorer=scorer)
        for name, scorer in scorers.items()
    ).sort("run_id", "name")


def told(*rows: Row, **more: Any) -> list[tuple[str, float | str | None, str]]:
    """Name, value or else label, and explanation or else reason."""
    found = scored(*rows, **more)
    return [
        (row["name"], row["label"] if row["value"] is None else row["value"], why)
        for row in found.to_dicts()
        for why in [row["explanation"] or row["reason"]]
    ]


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
    why = "planned, and never launched: there is neither a trace nor a record"
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


MISSED = (
    "calls (expected_calls) does not hold: 0 of 1 expected call matched; missing: `look` "
    "(any_order: all calls)"
)


@pytest.mark.parametrize(
    ("changed", "outcome", "why"),
    [
        ({"ended_by": "budget"}, "budget", "its budget was used up"),
        (
            {"ended_by": "budget", "detail": '{"budget":"tool_calls"}'},
            "budget",
            "its budget of tool calls was used up",
        ),
        ({"exit_code": 3}, "agent_error", "the agent ended with exit code 3"),
        ({"ended_by": "signal"}, "agent_error", "the agent was ended by a signal"),
        ({"ended_by": "launch_failed"}, "infra", "the run could not be launched"),
        ({"answer": None}, "no_answer", "no answer was given, and a check reads it"),
        (
            {"answer": None, "calls": 0, "output_tokens": 0},
            "no_answer",
            "no answer, no call and no output token",
        ),
    ],
)
def test_explanations(changed: Row, outcome: str, why: str) -> None:
    rows = told(DONE | {"checks": [AMOUNT]} | changed)
    assert [row[1:] for row in rows if row[0] == "outcome"] == [(outcome, why)]


ROOT = {"span_id": "root", "kind": "agent", "status": "error", "start_ns": 0}
REQUEST = {"span_id": "llm", "kind": "llm", "status": "error", "start_ns": 5}


@pytest.mark.parametrize(
    ("span", "said", "outcome", "why", "evidence"),
    [
        (
            ROOT,
            "max steps reached\nat line 3",
            "budget",
            "the agent reached a limit: max steps reached",
            "root",
        ),
        (
            ROOT,
            "KeyError: 'x'",
            "agent_error",
            "the agent failed without an answer: KeyError: 'x'",
            "root",
        ),
        (
            REQUEST,
            "overloaded",
            "provider_error",
            "the last model call failed and nothing followed: overloaded",
            "llm",
        ),
        (
            REQUEST,
            "prompt is too long: 200251 tokens > 200000 maximum",
            "budget",
            "the conversation grew too long for the model: "
            "prompt is too long: 200251 tokens > 200000 maximum",
            "root",
        ),
        (
            REQUEST,
            "This model's maximum context length is 8192 tokens",
            "budget",
            "the conversation grew too long for the model: "
            "This model's maximum context length is 8192 tokens",
            "root",
        ),
    ],
)
def test_errors_are_quoted_and_stand_on_their_span(
    span: Row, said: str, outcome: str, why: str, evidence: str
) -> None:
    failed = DONE | {"answer": None, "status": "error", "checks": [SHOP]}
    message = {"span_id": span["span_id"], "error_message": said}
    rows = scored(failed, spans=spans(span), text=text(message)).filter(name="outcome")
    assert rows.select("label", "explanation", "evidence").row(0) == (outcome, why, [evidence])


# Expected calls as a check: the record leaves it open, the calls table closes it.

PENDING = {"id": "calls", "kind": "expected_calls", "passed": None, "detail": "left to scoring"}


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


@pytest.mark.parametrize(
    ("check", "answer", "value", "n", "why"),
    [
        (
            POINTS | {"passed": True, "detail": "3 of 3 points found"},
            "x",
            1.0,
            3,
            "3 of 3 points found",
        ),
        (POINTS | {"detail": "there is no answer"}, None, 0.0, None, "no answer was given"),
        (
            POINTS | {"passed": True, "detail": None},
            "x",
            None,
            None,
            "the record does not say how many points were found",
        ),
        (POINTS | {"passed": None, "detail": "KeyError: x"}, "x", None, None, "KeyError: x"),
    ],
)
def test_answer_coverage(
    check: Row, answer: str | None, value: float | None, n: int | None, why: str
) -> None:
    row = scored(DONE | {"checks": [check], "answer": answer}).filter(name="answer_coverage")
    said = pl.coalesce("explanation", "reason")
    assert row.select("value", "n", said).row(0) == (value, n, why)


def test_points_of_two_checks_are_counted_together() -> None:
    more = POINTS | {"id": "more", "passed": True, "detail": "1 of 1 points found"}
    row = scored(DONE | {"checks": [POINTS, more]}).filter(name="answer_coverage")
    assert row.select("numerator", "n").row(0) == (3.0, 4)
    assert row["explanation"].item() == "3 of 4 points found, missing: EUR"


# The reward.


@pytest.mark.parametrize(
    ("turns", "reward"), [(1, 1.0), (2, 0.95), (3, 0.9025), (0, 1.0), (None, None)]
)
def test_the_reward_fades_with_every_turn(turns: int | None, reward: float | None) -> None:
    row = scored(DONE | {"checks": [AMOUNT], "turns": turns}).filter(name="gamma_reward")
    assert row["value"].item() == (None if reward is None else pytest.approx(reward))
    assert row["reason"].item() == (
        "the turns of the run were not recorded" if turns is None else None
    )


def test_a_failure_is_worth_nothing_however_many_turns_it_took() -> None:
    row = scored(DONE | {"checks": [AMOUNT | {"passed": False}], "turns": None})
    assert row.filter(name="gamma_reward")["value"].item() == 0.0


@pytest.mark.parametrize("gamma", [0, -1, 1.5, float("nan")])
def test_a_gamma_that_is_none(gamma: float) -> None:
    with pytest.raises(InvalidInput, match="gamma must be above 0 and at most 1"):
        GammaReward(gamma=gamma)


# Against plain Python.

KINDS = ["json", "state", "key_points", "expected_calls"]


@st.composite
def random_run(draw: st.DrawFn) -> Row:
    check = st.fixed_dictionaries(
        {
            "id": st.sampled_from(["amount", "b", "calls"]),
            "kind": st.sampled_from(KINDS[:3]),
            "passed": st.sampled_from([True, True, True, False, None]),
            "detail": st.none(),
        }
    )
    return draw(
        st.fixed_dictionaries(
            {
                "task": st.sampled_from([None, "price", "talk", "other"]),
                "planned": st.booleans(),
                "status": st.sampled_from(["ok", "ok", "ok", "error", "incomplete", "missing"]),
                "ended_by": st.sampled_from(
                    [None, *["exit"] * 4, "timeout", "budget", "signal", "platform"]
                ),
                "exit_code": st.sampled_from([None, 0, 0, 0, 1]),
                "answer": st.sampled_from([None, " ", "x", "x"]),
                "turns": st.sampled_from([None, 0, 1, 3]),
                "llm_calls": st.sampled_from([None, 0, 2]),
                "calls": st.sampled_from([None, 0, 1]),
                "output_tokens": st.sampled_from([None, 0, 9]),
                "root_span_id": st.sampled_from([None, "root"]),
                "checks": st.none() | st.lists(check, max_size=3),
            }
        )
    )


SPAN = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["llm", "tool", "agent"]),
        "status": st.sampled_from(["ok", "error"]),
        "error_type": st.sampled_from([None, "KeyError", "max steps", "context length"]),
        "duplicate_of": st.sampled_from([None, None, "s"]),
        "calls_emitted": st.sampled_from([None, 0, 1]),
    }
)


@settings(deadline=None)
@given(st.lists(st.tuples(random_run(), st.lists(SPAN, max_size=3)), max_size=4), st.booleans())
def test_it_says_what_plain_python_says(
    drawn: list[tuple[Row, list[Row]]], with_suite: bool
) -> None:
    given_runs = [run | {"run_id": f"r{n}"} for n, (run, _) in enumerate(drawn)]
    given_spans = [
        span | {"run_id": f"r{n}", "span_id": "root" if at == 0 else f"s{at}", "start_ns": at}
        for n, (_, of_run) in enumerate(drawn)
        for at, span in enumerate(of_run)
    ]
    made = [{"run_id": run["run_id"], "call": 0} for run in given_runs if run["calls"]]
    frames = tables(
        suite() if with_suite else None,
        runs=runs(*given_runs),
        spans=spans(*given_spans),
        calls=calls(*made),
    )
    found = pl.concat(
        [Outcome().score(frames).collect(), GammaReward(gamma=0.5).score(frames).collect()],
        how="diagonal",
    )
    said = {
        (row["run_id"], row["name"]): row["value"] if row["name"] != "outcome" else row["label"]
        for row in found.to_dicts()
        if row["name"] != "answer_coverage"
    }
    table = runs(*given_runs).to_dicts()
    expected = {}
    for row in table:
        of_task = {"price": [("amount", "json"), ("calls", "expected_calls")], "talk": []}
        wanted = of_task.get(row["task"] or "") if with_suite else None
        judged = bool(wanted) and row["status"] != "missing"
        matches = bool(row["calls"]) if judged and row["calls"] is not None else None
        its = [span for span in spans(*given_spans).to_dicts() if span["run_id"] == row["run_id"]]
        for name, value in oracle.rows(row, its, wanted, matches).items():
            expected[row["run_id"], name] = value
    assert said == expected
