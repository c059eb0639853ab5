import pytest

from tests.scorers.compat.saying import Call, call, says

A, B, C = call("a"), call("b"), call("c")


@pytest.mark.parametrize(
    ("mode", "made", "wanted", "expected"),
    [
        ("adk.exact", [A, B], [A, B], 1),
        ("adk.exact", [A, B], [B, A], 0),
        ("adk.exact", [A, B, C], [A, B], 0),
        ("adk.exact", [], [], 1),
        ("adk.in_order", [A, C, B], [A, B], 1),
        ("adk.in_order", [B, A], [A, B], 0),
        ("adk.in_order", [A], [A, A], 0),
        ("adk.in_order", [], [], 1),
        ("adk.any_order", [B, C, A], [A, B], 1),
        ("adk.any_order", [A, B], [A, A], 0),
        ("adk.any_order", [A], [], 1),
    ],
)
def test_match_types(mode: str, made: list[Call], wanted: list[Call], expected: float) -> None:
    assert says(mode, made, wanted) == expected


def test_arguments_are_equal_or_ignored() -> None:
    made, wanted = [call("a", x=1, y=2)], [call("a", x=1)]
    assert says("adk.in_order", made, wanted) == 0
    assert says("adk.in_order.ignore", made, wanted) == 1
