"""Numbers: those in a text, and whether two are the same."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

_NUMBER: Final = re.compile(
    r"(?<![\w.])(?<![^\W\d_]-)"  # not within a word, an id such as ORD-1042, or a version
    r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?:[eE][+-]?[0-9]{1,3}(?!\w))?(?![0-9]|\.[0-9])"
)
_MINUS: Final = str.maketrans({"\u2212": "-"})


def numbers_in(text: str) -> list[Decimal]:
    """Return the numbers in a text; a comma stands between thousands.

    Example:
        >>> numbers_in("Order ORD-1042: $1,234.50 and -5%")
        [Decimal('1234.50'), Decimal('-5')]
    """
    found = _NUMBER.findall(text.translate(_MINUS))
    return [Decimal(number.replace(",", "")) for number in found]


def is_close(one: Decimal | float, other: Decimal | float, tolerance: float) -> bool:
    """Return whether two numbers are no further apart than the tolerance, as people write them.

    Example:
        >>> abs(35.88 - 35.87) <= 0.01, is_close(35.88, 35.87, 0.01)
        (False, True)
    """
    if not (_is_finite(one) and _is_finite(other)):
        return one == other
    return abs(_exact(one) - _exact(other)) <= _exact(tolerance)


def _is_finite(number: Decimal | float) -> bool:
    # An integer always is, though it may be larger than any float.
    return isinstance(number, int) or math.isfinite(number)


def _exact(number: Decimal | float) -> Fraction:
    return Fraction(number if isinstance(number, Decimal | int) else repr(number))
