"""JSON values: read from text, found by a pointer, compared."""

import json
from typing import Any, Final, NoReturn

from midspan.pipelines.checks.numbers import is_close
from midspan.pipelines.checks.verdict import shortened

LONGEST: Final = 500
"""Characters of a value that are shown."""


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; raise the `ValueError` that says why it is none."""
    try:
        return _DECODER.decode(text.strip())
    except RecursionError:
        raise ValueError("nested too deeply") from None


def at_pointer(value: Any, pointer: str) -> Any:
    """Return the value that a JSON pointer leads to; raise `LookupError` where there is none."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and name == str(int(name)):
            value = value[int(name)]
        else:
            raise LookupError(pointer)
    return value


def is_same(found: Any, expected: Any, tolerance: float = 0) -> bool:
    """Return whether two values are equal, numbers within the tolerance; true is no number."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            is_same(found[key], value, tolerance) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(
            is_same(one, other, tolerance) for one, other in zip(found, expected, strict=True)
        )
    return _is_same_scalar(found, expected, tolerance)


def holds_all(found: Any, expected: Any, tolerance: float = 0) -> bool:
    """Return whether all that is expected is there, at every depth; other things may be too.

    Of a list, the expected items are there in this order; others may stand between them.

    Example:
        >>> holds_all({"ids": [1, 2, 3], "total": 9}, {"ids": [1, 3]})
        True
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(
            key in found and holds_all(found[key], value, tolerance)
            for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        rest = iter(found)
        return all(any(holds_all(item, wanted, tolerance) for item in rest) for wanted in expected)
    return _is_same_scalar(found, expected, tolerance)


def shown_json(value: Any) -> str:
    """Return a value as JSON text, cut where it is long."""
    try:
        return shortened(json.dumps(value, ensure_ascii=False), LONGEST)
    except RecursionError:
        return "a value that is nested too deeply"


def _is_same_scalar(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return is_close(found, expected, tolerance)
    return type(expected) is type(found) and bool(expected == found)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
