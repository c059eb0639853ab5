import pytest

from tests.scorers.tool_calls.helpers import call, scored, steps, values, verdict


@pytest.mark.parametrize(
    ("made", "holds"),
    [
        # strict, in_order, any_order, unordered, subset of [a, b]
        ([], "----s"),
        (["a"], "----s"),
        (["b"], "----s"),
        (["a", "b"], "siaus"),
        (["b", "a"], "--aus"),
        (["a", "c", "b"], "-ia--"),
        (["b", "a", "c"], "--a--"),
        (["a", "a"], "-----"),
        (["a", "a", "b"], "-ia--"),
        (["c"], "-----"),
    ],
)
def test_modes(made: list[str], holds: str) -> None:
    modes = ("strict", "in_order", "any_order", "unordered", "subset")
    found = "".join(
        letter if verdict(mode, ["a", "b"], made) else "-"
        for mode, letter in zip(modes, "siaus", strict=True)
    )
    assert found == holds


@pytest.mark.parametrize("mode", ["strict", "in_order", "any_order", "unordered", "subset"])
def test_no_call_expected_is_broken_by_any_call(mode: str) -> None:
    none = scored({"mode": mode, "calls": []})
    assert values(none) == {
        "calls_match": 1,
        "calls_precision": 1,
        "calls_recall": 1,
        "calls_f1": 1,
    }
    one = scored({"mode": mode, "calls": []}, call("a"))
    assert values(one) == {
        "calls_match": 0,
        "calls_precision": 0,
        "calls_recall": 0,
        "calls_f1": 0,
    }
    assert one["explanation"][0] == (
        f"no call was expected, and 1 was made; extra: `a` ({mode}: all calls)"
    )
    assert one["evidence"][0].to_list() == ["s0"]
    assert steps(one) == [("extra", 0.0)]


@pytest.mark.parametrize(
    ("expected", "made", "labels"),
    [
        ("a b", "b a", ["matched", "wrong_order"]),
        ("b a b", "a a b", ["matched", "extra", "matched"]),
        ("a b", "b b a", ["matched", "extra", "wrong_order"]),
        ("a b", "c b a", ["extra", "matched", "wrong_order"]),
    ],
)
def test_of_equal_orders_that_counts_in_which_earlier_calls_match(
    expected: str, made: str, labels: list[str]
) -> None:
    said = {"mode": "strict", "calls": [{"name": name} for name in expected.split()]}
    rows = scored(said, *map(call, made.split()))
    assert [label for label, _ in steps(rows)] == labels
