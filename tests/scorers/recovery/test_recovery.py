"""The scorer: its rows in full."""

from typing import Any

import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.profile import Profile
from midspan.scorers.recovery import Recovery, responses
from midspan.scorers.score import Scorer
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, spans, tables
from tests.scorers.recovery.runs import (
    PROFILE,
    bad,
    explained,
    in_turns,
    ok,
    passing,
    scored,
    tables_of,
)


def test_it_is_a_scorer() -> None:
    assert isinstance(Recovery(), Scorer)


def test_the_rows_in_full() -> None:
    turns = bad(id="ORD-1") | {"error_message": "no such order"}, ok(id="ORD-2")
    rows = scored(tables_of(*turns))
    columns = ["span_id", "call", "name", "value", "label", "numerator", "n", "evidence"]
    assert rows.filter(status="ok").select(columns).rows() == [
        (None, None, "adaptive_share", 1.0, None, 1.0, 1, []),
        (None, None, "degenerate_share", 0.0, None, 0.0, 1, []),
        ("s0", 0, "episode", 1.0, "recovered:same_tool", None, None, ["s0", "s1"]),
        (None, None, "longest_error_streak", 1.0, None, None, None, ["s0"]),
        (None, None, "recovery_rate", 1.0, None, 1.0, 1, []),
        ("s1", 1, "response", 1.0, "modified_retry", None, None, ["s0", "s1"]),
        (None, None, "steps_to_recovery", 2.0, None, None, None, ["s0", "s1"]),
    ]
    assert dict(rows.filter(status="ok").select("name", "explanation").iter_rows()) == {
        "adaptive_share": "1 of 1 responses to failures were adaptive",
        "degenerate_share": "0 of 1 responses to failures were degenerate",
        "episode": "`look` failed with an error (no such order); recovered with `look` (call 1), "
        "at the second attempt",
        "longest_error_streak": "no two attempts in a row failed",
        "recovery_rate": "1 of 1 failures were made up for",
        "response": "called `look` with other arguments after an error (no such order), "
        "and it worked",
        "steps_to_recovery": "2 calls from the failure to the success",
    }
    unknown = rows.filter(status="not_evaluated").select("name", "value", "reason")
    assert unknown.rows() == [
        ("seconds_to_recovery", None, "times of these calls were not recorded"),
        ("tokens_to_recovery", None, "token counts of these turns were not recorded"),
    ]


def test_every_score_is_declared() -> None:
    declared = {declaration.name: declaration.level for declaration in Recovery.declares}
    given = scored(tables_of(bad(id="A"), bad(id="A"), run={"answer": "done"}))
    assert set(given["name"]) <= set(declared)
    steps = set(given.filter(given["span_id"].is_not_null())["name"])
    assert steps == {name for name, level in declared.items() if level == "step"}


def test_the_example_of_the_docs() -> None:
    turns = [
        bad("lookup_order", order_id="1042"),
        bad("lookup_order", order_id=" 1042"),
        ok("search_orders", customer="Ada"),
        ok("lookup_order", order_id="ORD-1042"),
    ]
    rows = scored(tables_of(*turns)).filter(status="ok")
    assert rows.select("name", "call", "value", "label").rows() == [
        ("adaptive_share", None, 0.5, None),
        ("degenerate_share", None, 0.5, None),
        ("episode", 0, 1.0, "recovered:same_tool"),
        ("longest_error_streak", None, 2.0, None),
        ("recovery_rate", None, 1.0, None),
        ("response", 1, 0.0, "perturbed_retry"),
        ("response", 2, 1.0, "tool_switch"),
        ("steps_to_recovery", None, 4.0, None),
    ]


def test_nothing_failed_no_row() -> None:
    assert scored(tables_of(ok(), ok("submit"))).is_empty()
    assert scored(tables()).is_empty()


def test_where_responses_stand() -> None:
    turns = spans({"kind": "llm", "span_id": "l", "turn": 9, "calls_emitted": 0})
    assert [row[:4] for row in explained("response", bad(id="A"), bad(id="B"), spans=turns)] == [
        ("l", None, None, "answered"),
        ("s1", 1, 1.0, "modified_retry"),
    ]
    assert [row[:4] for row in explained("response", bad(), ok("transfer_x"))] == [
        ("s1", 1, None, "handed_off")
    ]
    assert [row[:4] for row in explained("response", bad(), ok("submit"))] == [
        ("s0", 0, None, "stopped")
    ]


def test_responses_of_one_place_are_one_row() -> None:
    turns = spans({"kind": "llm", "span_id": "l", "turn": 9, "calls_emitted": 0})
    [row] = explained("response", [bad(id="A"), bad("find", id="B")], spans=turns)
    assert row == (
        *("l", None, None, "answered"),
        "answered after `look` failed with an error, without another call for it; "
        "answered after `find` failed with an error, without another call for it",
    )


def test_an_empty_or_failed_turn_is_no_answer() -> None:
    for more in ({"status": "error"}, {"output_tokens": 0}, {"calls_emitted": 2}, {"turn": 0}):
        turn = {"kind": "llm", "span_id": "l", "turn": 9, "calls_emitted": 0, **more}
        [row] = explained("response", bad(), spans=spans(turn))
        assert row[:4] == ("s0", 0, None, "stopped")


@pytest.mark.parametrize(("last", "kind"), [("submit", "stopped"), ("final_answer", "answered")])
def test_a_terminal_call_is_a_call_whatever_the_run_says(last: str, kind: str) -> None:
    """Only a tool of the role `answer` answers by its call, the run's output does not."""
    given = tables_of(bad(), ok(last), run={"answer": "Done."})
    found = responses(given).collect().select("responding_call", "response")
    assert found.rows() == [(1, kind)]
    spoken = spans({"span_id": "l", "kind": "llm", "turn": 2, "calls_emitted": 0, "start_ns": 9})
    assert responses(tables_of(bad(), ok(last), spans=spoken)).collect()["response"].item() == kind


def test_a_run_with_an_answer_is_answered() -> None:
    [row] = explained("response", bad(), run={"answer": "done"})
    assert row[:4] == ("s0", 0, None, "answered")


def test_arguments_that_were_not_recorded() -> None:
    unknown = {"raw_arguments": None}
    rows = scored(tables_of(bad() | unknown, bad() | unknown, ok("find")))
    reason = "the arguments of the calls were not recorded"
    columns = ["name", "call", "value", "label", "reason"]
    assert rows.filter(name="response").select(columns).rows() == [
        ("response", 1, None, None, reason),
        ("response", 2, 1.0, "tool_switch", None),
    ]
    shares = rows.filter(name="adaptive_share").select("value", "n", "explanation").rows()
    assert shares == [
        (
            *(1.0, 1),
            "1 of 1 responses to failures were adaptive; of 1 more the arguments were not recorded",
        )
    ]
    rows = scored(tables_of(bad() | unknown, ok() | unknown)).filter(name="degenerate_share")
    assert rows.select("value", "n", "status", "reason").rows() == [
        (None, None, "not_evaluated", reason)
    ]


def test_answers_alone_have_no_shares() -> None:
    rows = scored(tables_of(bad(), run={"answer": "done"}))
    assert set(rows["name"]) == {
        *("episode", "longest_error_streak", "recovery_rate", "response"),
        "unacknowledged_failure",
    }


def test_the_rate() -> None:
    turns = bad("buy", id="ORD-1"), ok("buy", id="ORD-1"), bad("rent", x="qq"), bad("fly", y="zz")
    rows = scored(tables_of(*turns)).filter(name="recovery_rate")
    assert rows.select("value", "numerator", "n", "explanation", "evidence").rows() == [
        (
            *(1 / 3, 1.0, 3, "1 of 3 failures were made up for (the others: abandoned)"),
            ["s2", "s3"],
        )
    ]


@pytest.mark.parametrize(
    ("turns", "streak"),
    [
        ([bad(), ok(), bad()], 1),
        ([bad(), bad(), ok(), bad(), bad(), bad()], 3),
        ([bad(), ok("think"), bad()], 2),
        ([bad(), bad("think"), bad()], 3),
        ([bad() | {"agent": "a"}, bad() | {"agent": "b"}], 1),
        ([bad(), ok() | {"executed": False, "failed": None}, bad()], 2),
    ],
)
def test_the_longest_error_streak(turns: list[Row], streak: int) -> None:
    assert explained("longest_error_streak", *turns)[0][2] == streak


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"long_text": 1.5}, "recovery: long_text is a share of 0..1, not 1.5"),
        ({"transient_retries": -1}, "recovery: transient_retries must be 0 or more, not -1"),
        ({"cycle_period": 0}, "recovery: cycle_period must be 1 or more, not 0"),
        ({"cycle_times": 1}, "recovery: cycle_times must be 2 or more, not 1"),
    ],
)
def test_wrong_parameters(wrong: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said.replace(".", r"\.")):
        Recovery(**wrong)


def test_scorers_that_build_on_responses_use_the_parameters_of_the_profile() -> None:
    profile = PROFILE + "scorers: {recovery: {transient_retries: 0}}\n"
    given = tables(
        Setting(profile=Profile.parse(profile)), calls=calls(*in_turns(passing(), passing()))
    )
    assert responses(given).collect()["response"].to_list() == ["identical_retry", "stopped"]
