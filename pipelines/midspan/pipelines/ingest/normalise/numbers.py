"""Numbers as the tables can hold them, from whatever a producer wrote."""

import math
from typing import Any, Final

SMALLEST, LARGEST = -(2**63), 2**63 - 1
LARGEST_COUNT: Final = 2**40
"""More tokens than that were never counted, and no sum could hold them."""

_MOST_DIGITS: Final = len(str(LARGEST))


def whole_number(value: Any) -> int | None:
    """Return a whole number that a 64-bit column can hold."""
    if type(value) is not int:  # nearly all are, and `bool` is none
        of_text = isinstance(value, str) and value.isdecimal() and len(value) <= _MOST_DIGITS
        if not of_text and not (isinstance(value, float) and value.is_integer()):
            return None
        value = int(value)
    return value if SMALLEST <= value <= LARGEST else None


def token_count(value: Any) -> int | None:
    """Return a number of tokens; one that is negative or beyond belief is none."""
    number = whole_number(value)
    return number if number is not None and 0 <= number < LARGEST_COUNT else None


def finite_number(value: Any) -> float | None:
    """Return a number that is neither NaN nor infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
