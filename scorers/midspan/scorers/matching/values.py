"""Whether two values of arguments are the same, as JSON means it."""

from typing import Any

from midspan.scorers.canonical import canonical_json


def same_value(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Return whether two canonical JSON values are equal; lists in any order unless `ordered`.

    A truth value is no number and a number no text, whatever Python says.

    >>> same_value([1, 2], [2, 1]), same_value([1, 2], [2, 1], ordered=False)
    (False, True)
    >>> same_value(1, True), same_value("1", 1)
    (False, False)
    """
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same_value(value, other[key], ordered=ordered) for key, value in one.items())
        )
    if isinstance(one, list):
        if not isinstance(other, list) or len(one) != len(other):
            return False
        if not ordered:
            return sorted(map(unordered_form, one)) == sorted(map(unordered_form, other))
        return all(map(same_value, one, other))
    return type(one) is type(other) and bool(one == other)


def unordered_form(value: Any) -> str:
    """Return a text that is equal for values that differ in the order of lists at most.

    >>> unordered_form({"b": [2, [4, 3]]}) == unordered_form({"b": [[3, 4], 2]})
    True
    """
    return canonical_json(_sorted_lists(value))


def _sorted_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted_lists(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted_lists(item) for item in value), key=canonical_json)
    return value


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def json_type(value: Any) -> str:
    """Return the JSON type of a value: whole numbers and others are one type.

    >>> [json_type(value) for value in (None, True, 1, 1.5, "a", [], {})]
    ['null', 'boolean', 'number', 'number', 'string', 'array', 'object']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
