"""Responses: what an agent does in the next turn after a failure."""

import pytest

from midspan.scorers.recovery import Recovery, responses
from midspan.scorers.recovery.parameters import Parameters
from tests.scorers.builders import Row
from tests.scorers.recovery.runs import (
    bad,
    ok,
    passing,
    response_of,
    responses_of,
    scored,
    tables_of,
)

LONG = "the quick brown fox jumps over the lazy dog, and then it does it once more"


def kinds(*turns: Row | list[Row]) -> list[str | None]:
    return [response for _, _, response in responses_of(*turns)]


@pytest.mark.parametrize(
    ("turns", "response"),
    [
        pytest.param([bad(id="A"), ok(id="A")], "identical_retry", id="identical, and it worked"),
        pytest.param([bad(id=1), bad(id=1.0)], "identical_retry", id="identical, spelt otherwise"),
        pytest.param([bad(id="A"), ok(id="B")], "modified_retry", id="modified"),
        pytest.param([bad(id="A"), ok("find", id="A")], "tool_switch", id="another tool"),
        pytest.param([bad(id="A"), ok("transfer_to_human")], "handed_off", id="handed off"),
        pytest.param([bad(id="A"), ok("submit")], "stopped", id="only a terminal call"),
        pytest.param([bad(id="A"), ok("final_answer")], "answered", id="a call that answers"),
        pytest.param([bad(id="A")], "stopped", id="nothing"),
        pytest.param([bad(id="A"), ok("think"), ok(id="A")], "identical_retry", id="a thought"),
        pytest.param([bad(id="A"), ok("submit"), ok(id="A")], "identical_retry", id="went on"),
        pytest.param([bad(id="ab"), bad(id="AB!")], "perturbed_retry", id="case and punctuation"),
        pytest.param([bad(id="ab"), ok(id="AB!")], "modified_retry", id="which worked"),
        pytest.param(
            [bad(id="ab"), bad(id="AB!") | {"signature": "other"}],
            "modified_retry",
            id="with another error",
        ),
        pytest.param([bad(id="ab"), bad(id="abc")], "modified_retry", id="a short value changed"),
        pytest.param([bad(id=1), bad(id=2)], "modified_retry", id="a number changed"),
        pytest.param([bad(id="1"), bad(id=1)], "modified_retry", id="a type changed"),
        pytest.param([bad(x=True), bad(x=False)], "modified_retry", id="a boolean changed"),
        pytest.param([bad(id="a"), bad(id="a", n=1)], "modified_retry", id="other keys"),
        pytest.param([bad(id="*"), bad(id="?")], "modified_retry", id="nothing but punctuation"),
        pytest.param([bad(q=LONG), bad(q=LONG + ".")], "perturbed_retry", id="long texts alike"),
        pytest.param([bad(q=LONG), bad(q=LONG[:60])], "modified_retry", id="long texts unlike"),
        pytest.param(
            [bad(id="A"), [ok("find"), ok(id="B"), bad(id="A")]],
            "identical_retry",
            id="the identical one of several first",
        ),
        pytest.param(
            [bad(id="ab"), [bad(id="zz"), bad(id="AB")]],
            "perturbed_retry",
            id="then the perturbed one",
        ),
        pytest.param(
            [bad(id="A"), [ok("find"), ok(id="B")]], "modified_retry", id="same tool first"
        ),
        pytest.param(
            [bad(id="A"), [ok("transfer_to_human"), ok(id="B")]],
            "modified_retry",
            id="same tool before handing over",
        ),
        pytest.param(
            [bad("think", x=1), ok("think", x=1)], "identical_retry", id="its own thought"
        ),
    ],
)
def test_kinds(turns: list[Row | list[Row]], response: str) -> None:
    assert response_of(*turns) == response


def test_a_read_and_then_the_identical_call_failing_again_is_an_identical_retry() -> None:
    read = ok("list_orders")
    assert responses_of(bad("pull"), read, ok("think"), ok("get_x"), bad("pull")) == [
        (0, 4, "identical_retry"),
        (4, None, "stopped"),
    ]
    assert responses_of(bad("pull"), read, ok("pull")) == [(0, 1, "tool_switch")]
    assert responses_of(bad("pull"), ok("edit_x"), bad("pull"))[0] == (0, 1, "tool_switch")
    assert responses_of(bad("pull"), read, ok("edit_x"), bad("pull"))[0] == (0, 1, "tool_switch")
    assert responses_of(bad("pull"), read, ok("pull", x=1), bad("pull"))[0] == (0, 1, "tool_switch")


def test_the_identical_call_after_a_change_of_state_is_adaptive() -> None:
    assert responses_of(bad("pull"), ok("pay"), bad("pull"))[0] == (0, 1, "tool_switch")
    assert kinds(bad("pull"), [ok("pay"), bad("pull")])[0] == "justified_retry"
    assert kinds(bad("pull"), [bad("pay"), bad("pull")])[0] == "identical_retry"
    beside = bad("pull") | {"agent": "a"}, ok("pay") | {"agent": "b"}, bad("pull") | {"agent": "a"}
    assert kinds(*beside)[0] == "justified_retry"


def test_passing_faults_justify_two_retries_of_an_operation() -> None:
    assert kinds(passing(), ok()) == ["justified_retry"]
    assert kinds(passing(), passing(), ok()) == ["justified_retry"] * 2
    assert kinds(passing(), passing(), passing(), ok()) == [
        "justified_retry",
        "justified_retry",
        "identical_retry",
    ]
    assert kinds(passing(), ok(), passing(), ok()) == ["justified_retry"] * 2


def test_parallel_calls_are_no_responses_to_each_other() -> None:
    assert responses_of([bad(id="A"), bad(id="A")], ok(id="A")) == [
        (0, 2, "identical_retry"),
        (1, None, "stopped"),
    ]


def test_each_call_answers_one_failure_the_most_alike_first() -> None:
    failed = [bad(id="ORD-1111"), bad(id="ORD-2222")]
    assert responses_of(failed, [ok(id="ORD-2223"), ok(id="ORD-1112")]) == [
        (0, 3, "modified_retry"),
        (1, 2, "modified_retry"),
    ]


def test_the_failure_that_a_call_is_most_like_is_answered_first() -> None:
    failed = [bad(id="ORD-1111"), bad(id="ORD-2222")]
    assert responses_of(failed, ok(id="ORD-2223"), ok("find")) == [
        (0, 3, "tool_switch"),
        (1, 2, "modified_retry"),
    ]


def test_a_failure_left_out_is_answered_by_a_later_turn() -> None:
    failed = [bad(id="ORD-1111"), bad(id="ORD-2222")]
    assert responses_of(failed, ok(id="ORD-2222"), ok(id="ORD-1112")) == [
        (0, 3, "modified_retry"),
        (1, 2, "identical_retry"),
    ]


def test_a_turn_to_another_tool_is_from_the_failure_just_before_it() -> None:
    old = [bad("look", id="ORD-1111"), bad("find", id="x")]
    assert responses_of(old, bad("find", id="y"), ok("sail", id="ORD-1111"), ok("fly")) == [
        (0, 4, "tool_switch"),
        (1, 2, "modified_retry"),
        (2, 3, "tool_switch"),
    ]


def test_agents_are_apart_as_long_as_they_go_on() -> None:
    a, b = {"agent": "a"}, {"agent": "b"}
    assert responses_of(bad(id="A") | a, ok("find") | b, ok(id="B") | a) == [
        (0, 2, "modified_retry")
    ]
    assert responses_of(bad(id="A") | a, ok("find") | b) == [(0, 1, "tool_switch")]


def test_arguments_that_were_not_recorded() -> None:
    unknown = {"raw_arguments": None}
    assert responses_of(bad() | unknown, ok() | unknown) == [(0, 1, None)]
    assert responses_of(bad() | unknown, ok("find") | unknown) == [(0, 1, "tool_switch")]


def test_calls_that_were_not_executed_respond() -> None:
    unexecuted = {"executed": False, "failed": None, "fault": None}
    assert responses_of(bad(id="A"), ok(id="A") | unexecuted) == [(0, 1, "identical_retry")]


def cycles(*turns: Row | list[Row]) -> list[bool]:
    return responses(tables_of(*turns)).collect()["cycle"].to_list()


A, B, C = bad(id="A"), bad(id="B"), bad(id="C")
READ, THOUGHT = ok("list_orders"), ok("think")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param([A, A], [False] * 2, id="twice"),
        pytest.param([A, A, A], [True, True, False], id="three times"),
        pytest.param([A, A, A, B], [True, True, False, False], id="and out of it"),
        pytest.param([A, B, A, B, A, B], [True] * 5 + [False], id="period 2"),
        pytest.param([A, B, A, B, A], [False] * 5, id="period 2, two and a half times"),
        pytest.param([A, B, C, B] * 3, [True] * 11 + [False], id="period 4"),
        pytest.param([A, READ, A, THOUGHT, READ, A], [True, True, False], id="past reads"),
        pytest.param([A, ok("pay"), A, A], [False] * 3, id="broken by a change of state"),
        pytest.param([A, ok("edit"), A, A], [False] * 3, id="broken by what may change it"),
        pytest.param([[A, A, A]], [False] * 3, id="in parallel"),
    ],
)
def test_cycles(turns: list[Row], expected: list[bool]) -> None:
    assert cycles(*turns) == expected


def test_everything_inside_a_cycle_is_degenerate() -> None:
    found = responses(tables_of(*[A, B] * 3)).collect()
    assert found.select("response", "degenerate").rows() == [
        *[("modified_retry", True)] * 5,
        ("stopped", None),
    ]


def test_five_calls_in_turn_are_no_cycle() -> None:
    five = [bad(id=letter) for letter in "VWXYZ"]
    assert not any(cycles(*five * 3))


def test_nothing_but_justified_retries_is_no_cycle() -> None:
    assert cycles(passing(), passing(), passing(), ok()) == [False] * 3
    assert cycles(passing(), passing(), passing(), passing()) == [True, True, True, False]
    found = Recovery(transient_retries=3).score(tables_of(passing(), passing(), passing(), ok()))
    assert set(found.collect().filter(name="response")["value"]) == {1.0}


def test_parameters() -> None:
    given = tables_of(passing(q=LONG), passing(q=LONG + "!?"), passing(q=LONG + "!?"))

    def found(parameters: Parameters) -> list[tuple[str, bool]]:
        columns = "response", "cycle"
        rows = responses(given, parameters).collect().select(columns).rows()
        return [(response, cycle) for response, cycle in rows]

    assert [kind for kind, _ in found(Parameters())] == [
        "perturbed_retry",
        "justified_retry",
        "stopped",
    ]
    assert found(Parameters(long_text=1.0))[0][0] == "modified_retry"
    assert found(Parameters(transient_retries=0))[1][0] == "identical_retry"
    assert [cycle for _, cycle in found(Parameters(transient_retries=0, cycle_times=2))] == [
        *(False, True, False)
    ]


def test_the_scorer_passes_its_parameters_on() -> None:
    rows = scored(tables_of(A, A), Recovery(cycle_times=2))
    said = rows.filter(name="response", call=1)["explanation"].item()
    assert "in a cycle of one failing call" in said
