"""Times as scores have them: in seconds, where tables have nanoseconds."""

from typing import Final

import polars as pl

SECOND: Final = 1e9
DIGITS: Final = 9


def in_seconds(nanoseconds: pl.Expr) -> pl.Expr:
    """Return nanoseconds as seconds, the same for a run that stands alone as for one among others.

    A column is divided by a number as a product with its inverse, a single row is not: without the
    rounding, which takes nothing away, their last digits would differ.

    >>> one, other = pl.DataFrame({"x": [76_886_873]}), pl.DataFrame({"x": [76_886_873] * 2})
    >>> [frame.select(in_seconds(pl.col("x")))["x"][0] for frame in (one, other)]
    [0.076886873, 0.076886873]
    """
    return (nanoseconds / SECOND).round(DIGITS)
