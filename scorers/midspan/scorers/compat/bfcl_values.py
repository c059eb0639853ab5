"""BFCL: when a value is valid for a parameter, quirks included.

Types are Python's and strict, but for an integer where a float is wanted. Text is compared in lower
case without ` ,./-_*^`. A value of another type than the parameter's is let through as a variable
where the allowed values have that type.
"""

from collections.abc import Mapping
from typing import Any, Final

from midspan.scorers.matching.bfcl import bfcl_text

TYPES: Final[Mapping[str, type]] = {
    "string": str,
    "integer": int,
    "float": float,
    "boolean": bool,
    "array": list,
    "tuple": list,
    "dict": dict,
    "any": str,
}
"""Python's type for each type of a parameter."""


def is_valid(value: Any, allowed: list[Any], type_: str, items: str | None = None) -> bool:
    """Return whether a value is of the parameter's type and among the allowed ones."""
    wanted = TYPES[type_]
    nested = TYPES[items] if items else None
    if type_ == "float" and type(value) is int:
        value = float(value)
    fits, is_variable = _fits_type(value, allowed, wanted, nested)
    if not fits:
        return False
    if is_variable:
        return value in allowed
    if wanted is dict:
        return _is_valid_object(value, allowed)
    if wanted is list and nested is dict:
        return any(_are_valid_objects(value, options) for options in allowed)
    if wanted is str:
        return _plain(value) in [_plain(option) for option in allowed if type(option) is str]
    if wanted is list:
        return _plain_items(value) in [_plain_items(options) for options in allowed]
    return value in allowed


def _fits_type(
    value: Any, allowed: list[Any], wanted: type, nested: type | None
) -> tuple[bool, bool]:
    """Return whether the type is right, and whether the value is taken for a variable."""
    # The first allowed value stands for the type of all; "" only says that none need be given.
    typical = next((type(option) for option in allowed if option != ""), None)
    if type(value) is not wanted:
        is_variable = typical is not None and type(value) is typical
        return is_variable, is_variable
    is_variable = typical is not None and typical is not wanted
    if nested is None:
        return True, is_variable
    return any(_items_fit(value, options, nested) for options in allowed), is_variable


def _items_fit(value: Any, options: Any, nested: type) -> bool:
    if type(options) is not list:
        return True
    return all(_fits_type(item, options, nested, None)[0] for item in value)


def _is_valid_object(value: dict[str, Any], allowed: list[Any]) -> bool:
    return any(_has_allowed_items(value, options) for options in allowed if options != "")


def _has_allowed_items(value: dict[str, Any], options: Mapping[str, list[Any]]) -> bool:
    # All of the options first: what is no object fails here, whatever the value.
    nothing_missing = all(key in value or "" in its for key, its in options.items())
    return nothing_missing and all(
        key in options and _plain(item) in [_plain(option) for option in options[key]]
        for key, item in value.items()
    )


def _are_valid_objects(values: list[Any], options: Any) -> bool:
    if len(values) != len(options):
        return False
    return all(
        _is_valid_object(value, [option]) for value, option in zip(values, options, strict=True)
    )


def _plain_items(items: Any) -> list[Any]:
    # By index, because that is how the peer fails on what is no list.
    return [_plain(items[index]) for index in range(len(items))]


def _plain(value: Any) -> Any:
    """Return text without what is not compared; anything else as it is."""
    return bfcl_text(value) if type(value) is str else value
