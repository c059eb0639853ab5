import pytest

from tests.scorers.compat.saying import call, says

S1, S12 = call("s", q=1), call("s", q=1, k=2)


def test_credit_is_equal_arguments_of_all() -> None:
    assert says("deepeval.any_order", [S12], [S1]) == 1
    assert says("deepeval.any_order.arguments", [S12], [S1]) == 0.5
    nested = says(
        "deepeval.any_order.arguments", [call("s", a={"b": 1, "c": 2})], [call("s", a={"b": 1})]
    )
    assert nested == 0.5


def test_others_are_free() -> None:
    assert says("deepeval.any_order", [S1] + 50 * [call("rm_rf")], [S1]) == 1
    assert says("deepeval.any_order", [S1], []) == 0
    assert says("deepeval.any_order", [], []) == 1


def test_order_counts_where_asked() -> None:
    a, b = call("a"), call("b")
    assert says("deepeval.in_order", [b, a], [a, b]) == 0.5
    assert says("deepeval.in_order", [a, call("c"), b], [a, b]) == 1
    assert says("deepeval.exact", [a, b], [a, b]) == 1
    assert says("deepeval.exact", [a, call("c"), b], [a, b]) == 0
    assert says("deepeval.exact.arguments", [S12], [S1]) == 0


def test_two_equal_calls_are_one() -> None:
    assert says("deepeval.any_order", [S1, S1], [S1, S1]) == 0.5
    assert says("deepeval.in_order", [S1, S1], [S1, S1]) == 1


def test_the_order_of_expected_tools_changes_the_score() -> None:
    made = [call("book", a=1, b=1, c=2), call("book", a=1, b=5, c=5)]
    wanted = [call("book", a=1, b=1, c=1), call("book", a=1, b=1, c=2)]
    assert says("deepeval.any_order.arguments", made, wanted) == pytest.approx(0.5)
    assert says("deepeval.any_order.arguments", made, wanted[::-1]) == pytest.approx(2 / 3)
