"""Columns as a document holds them: places in lists, flags, numbers that are shorter to write."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

DIGITS: Final = 12
"""Of a number: more than anybody reads, fewer than a float has."""


Columns = Mapping[str, pl.Series | Sequence[Any] | Mapping[str, Any]]


def ordered(values: Iterable[str | None], planned: Sequence[str] = ()) -> list[str]:
    """Return the values there are, each once: those planned in their order, then by name.

    >>> ordered(["b", None, "a", "c"], ["c", "x"])
    ['c', 'a', 'b']
    """
    there = {value for value in values if value is not None}
    first = [value for value in dict.fromkeys(planned) if value in there]
    return [*first, *sorted(there.difference(first))]


def places(column: pl.Series, among: Sequence[str]) -> list[int | None]:
    """Return the place of each value in a list; None for none.

    >>> places(pl.Series(["b", None, "a"]), ["a", "b"])
    [1, None, 0]
    """
    if not among:
        return [None] * len(column)
    numbers = list(range(len(among)))
    found = column.cast(pl.String).replace_strict(list(among), numbers, return_dtype=pl.Int32)
    return found.to_list()


def as_json(columns: Columns) -> bytes:
    """Return columns as one JSON object, at the speed at which polars writes them.

    >>> as_json({"id": pl.Series(["a", None]), "span": [1, {"cut": "b"}]})
    b'{"id":["a",null],"span":[1,{"cut":"b"}]}'
    """
    whole = [
        column.alias(name) for name, column in columns.items() if isinstance(column, pl.Series)
    ]
    parts = []
    if whole:
        # As bytes: as a text of Python it would be copied once more for each step from here.
        written = pl.struct(pl.all().implode()).struct.json_encode().cast(pl.Binary)
        parts.append(pl.DataFrame(whole).select(written).item()[1:-1])
    rest = {name: each for name, each in columns.items() if not isinstance(each, pl.Series)}
    if rest:
        text = json.dumps(rest, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        parts.append(text[1:-1].encode())
    return b"{%b}" % b",".join(parts)


def flags(column: pl.Series) -> pl.Series:
    """Return truths as 1 and 0."""
    return column.cast(pl.Int8)


def numbers(column: pl.Series) -> pl.Series:
    """Return numbers with as many digits as are worth writing; what is not finite is null."""
    values = column.cast(pl.Float64)
    finite = values.set(~values.is_finite().fill_null(False), None)
    return finite.round_sig_figs(DIGITS)


def milliseconds(nanoseconds: pl.Expr) -> pl.Expr:
    """Return a time in milliseconds, to the microsecond."""
    return (nanoseconds / 1e6).round(3)


def offsets(counts: Iterable[int]) -> list[int]:
    """Return where each of some groups begins, and where the last one ends.

    >>> offsets([2, 0, 3])
    [0, 2, 2, 5]
    """
    found = [0]
    for count in counts:
        found.append(found[-1] + count)
    return found
