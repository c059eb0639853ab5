from typing import Any

import pytest

from midspan.scorers.compat.bfcl_values import is_valid
from midspan.scorers.compat.case import CannotJudge, Case, MadeCall, WantedCall, judge
from midspan.scorers.compat.modes import chosen

NUMBER = {"properties": {"x": {"type": "number"}}, "required": ["x"]}


def ast(
    made: list[dict[str, Any]], allowed: list[dict[str, list[Any]]], schema: dict[str, Any] | None
) -> float:
    """The verdict on calls of one tool."""
    (mode,) = chosen(["bfcl.ast"])
    case = Case(
        made=tuple(MadeCall(name="f", arguments=arguments) for arguments in made),
        wanted=tuple(WantedCall(name="f", arguments=None, allowed=each) for each in allowed),
        schemas={} if schema is None else {"f": schema},
    )
    return judge(mode, case)


@pytest.mark.parametrize(
    ("value", "allowed", "type_", "expected"),
    [
        (1, [1.0], "float", True),
        (1.0, [1], "integer", False),
        (True, [1], "integer", False),
        ("New-York ", ["new york"], "string", True),
        ("it's", ['it"s'], "string", True),
        ("", [""], "string", True),
        (5, ["", 5], "integer", True),
        # Of the type that the answer has, though not the parameter's: taken for a variable.
        ("total", ["total"], "integer", True),
        ("Total", ["total"], "integer", False),
        ({"a": 1}, [{"a": [1, 2]}], "dict", True),
        ({}, [{"a": [1, ""]}], "dict", True),
        ({"b": 1}, [{"a": [1, ""]}], "dict", False),
    ],
)
def test_values(value: Any, allowed: list[Any], type_: str, expected: bool) -> None:
    assert is_valid(value, allowed, type_) is expected


@pytest.mark.parametrize(
    ("value", "allowed", "items", "expected"),
    [
        ([1, 2], [[1, 2]], "integer", True),
        ([2, 1], [[1, 2]], "integer", False),
        (["A b"], [["ab"]], "string", True),
        ([1.0], [[1]], "integer", False),
        ([], [[1], ""], "integer", True),
        ([{"a": 1}], [[{"a": [1]}]], "dict", True),
        ([{"a": 1}, {"a": 1}], [[{"a": [1]}]], "dict", False),
    ],
)
def test_lists(value: list[Any], allowed: list[Any], items: str, expected: bool) -> None:
    assert is_valid(value, allowed, "array", items) is expected


def test_as_many_calls_as_expected_in_any_order() -> None:
    assert ast([{"x": 2}, {"x": 1}], [{"x": [1]}, {"x": [2]}], NUMBER) == 1
    assert ast([{"x": 1}], [{"x": [1]}, {"x": [2]}], NUMBER) == 0
    assert ast([], [], None) == 1


def test_required_and_unknown_parameters() -> None:
    assert ast([{}], [{"x": [1, ""]}], NUMBER) == 0
    assert ast([{"x": 1, "z": 1}], [{"x": [1], "z": [1]}], NUMBER) == 0
    assert ast([{}], [{"x": [1, ""]}], {"properties": {"x": {"type": "number"}}}) == 1
    assert ast([{}], [{"x": [1]}], {"properties": {"x": {"type": "number"}}}) == 0


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (None, "the parameters of `f` were not recorded"),
        ({"properties": {"x": {"anyOf": []}}}, "BFCL raises KeyError on `f`"),
        ({"properties": {"x": {"type": "array"}}}, "BFCL raises KeyError on `f`"),
    ],
)
def test_what_bfcl_cannot_be_given_is_not_judged(
    schema: dict[str, Any] | None, reason: str
) -> None:
    with pytest.raises(CannotJudge, match=reason):
        ast([{"x": 1}], [{"x": [1]}], schema)
