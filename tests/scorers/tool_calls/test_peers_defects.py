"""Cases that other evaluators are known to judge wrongly, and what is right.

The names say which; `docs/compat.md` shows what they answer.
"""

import itertools
from typing import Any

import pytest

from tests.scorers.builders import Row
from tests.scorers.tool_calls.helpers import call, failing, scored, values, verdict

S1: Any = ("s", {"q": 1})
S12: Any = ("s", {"q": 1, "k": 2})


def made(one: Any) -> Row:
    return call(one[0], str(one[1]).replace("'", '"'))


def wanted(one: Any) -> dict[str, Any]:
    return {"name": one[0], "arguments": one[1]}


@pytest.mark.parametrize("mode", ["unordered", "any_order", "subset"])
@pytest.mark.parametrize("arguments", ["exact", "subset", "superset", "ignore"])
def test_langchain_the_same_calls_match_whatever_is_tried_first(mode: str, arguments: str) -> None:
    for order in itertools.permutations([S1, S12]):
        for other in itertools.permutations([S1, S12]):
            rows = scored(
                {"mode": mode, "arguments": arguments, "calls": [*map(wanted, order)]},
                *map(made, other),
            )
            assert values(rows)["calls_match"] == 1


def test_deepeval_two_correct_identical_calls_are_two() -> None:
    found = values(
        scored({"calls": [wanted(S1), wanted(S1)], "mode": "unordered"}, made(S1), made(S1))
    )
    assert (found["calls_match"], found["calls_recall"], found["calls_f1"]) == (1, 1, 1)


def test_deepeval_fifty_further_calls_are_no_perfect_score() -> None:
    expected = {"mode": "any_order", "calls": [wanted(S1)]}
    found = values(scored(expected, made(S1), *[call("rm_rf")] * 50))
    assert found["calls_precision"] == 1 / 51
    assert found["calls_f1"] == 2 / 52
    assert not verdict("unordered", ["s"], ["s", *["rm_rf"] * 50])


def test_deepeval_credit_does_not_depend_on_the_order_of_expectations() -> None:
    one: Any = ("s", {"a": 1, "b": 2})
    two: Any = ("s", {"a": 1, "b": 3})
    found = [
        scored(
            {"mode": "any_order", "calls": [*map(wanted, order)]}, made(two), partial_credit=True
        )
        for order in ([one, two], [two, one])
    ]
    assert [values(rows)["calls_recall"] for rows in found] == [1 / 2, 1 / 2]
    assert found[0].equals(found[1])


def test_ragas_one_retry_of_a_failed_call_costs_no_more_than_itself() -> None:
    expected = {"mode": "any_order", "calls": [wanted(S1), wanted(S12)]}
    failed = failing("s", '{"q": 1}', turn=0)
    found = values(scored(expected, failed, made(S1), made(S12)))
    assert found["calls_match"] == 1
    assert found["calls_recall"] == 1  # and never above 1
    assert found["calls_precision"] == 2 / 3


def test_ragas_further_arguments_count_and_text_is_no_number() -> None:
    assert not verdict("unordered", [S1], [("s", '{"q": 1, "limit": 9}')])
    assert not verdict("unordered", [S1], [("s", '{"q": "1"}')])


def test_ragas_pairs_are_not_those_of_sorted_arguments() -> None:
    nine, five, one = (("s", {"q": number}) for number in (9, 5, 1))
    found = values(
        scored({"mode": "any_order", "calls": [wanted(nine), wanted(five)]}, made(five), made(one))
    )
    assert found["calls_recall"] == 1 / 2


def test_mlflow_calls_are_a_multiset_and_no_set() -> None:
    assert not verdict("unordered", ["a", "a", "b"], ["a", "b", "b"])
    assert verdict("unordered", ["a", "a", "b"], ["a", "b", "a"])


def test_strands_the_same_tool_twice_is_met_twice() -> None:
    assert values(scored({"calls": [{"name": "s"}] * 2}, call("s"), call("s")))["calls_recall"] == 1


def test_tau2_one_call_does_not_meet_two_expected_ones() -> None:
    assert not verdict("any_order", [S1, S1], [("s", '{"q": 1}')])


def test_azure_two_calls_of_a_tool_may_differ_in_arguments() -> None:
    assert verdict("strict", [S1, S12], [("s", '{"q": 1}'), ("s", '{"q": 1, "k": 2}')])


def test_bfcl_a_valid_assignment_is_found_whatever_comes_first() -> None:
    either = ("s", {"q": {"any_of": ["a", "b"]}})
    only_a = ("s", {"q": {"any_of": ["a"]}})
    for order in ([either, only_a], [only_a, either]):
        for texts in (['{"q": "A"}', '{"q": "B"}'], ['{"q": "B"}', '{"q": "A"}']):
            assert verdict("unordered", order, [("s", text) for text in texts], arguments="bfcl")


def test_adk_a_failed_attempt_may_be_left_out() -> None:
    attempts = [failing("pay", turn=0), call("pay", turn=1)]
    said = {"mode": "strict", "calls": [{"name": "pay"}]}
    assert values(scored(said, *attempts))["calls_match"] == 0
    changing = {**said, "scope": "state_changing", "state_changing": ["pay"]}
    assert values(scored(changing, *attempts))["calls_match"] == 1
