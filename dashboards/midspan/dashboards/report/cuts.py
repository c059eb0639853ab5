"""Texts of which a page holds the beginning: the whole of them lies beside it."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

LONGEST: Final = 2048
"""Characters of a text that stand in the page."""

Texts = dict[str, str]


def cut(
    column: pl.Series, key: str, texts: Texts, *, long: Sequence[int] | None = None
) -> pl.Series | list[Any]:
    """Return texts as a document holds them; what is cut is put into `texts`, by its key.

    `long` are their `long_places`, where these are known. They stay a column where none is cut.

    >>> texts: Texts = {}
    >>> short, long = cut(pl.Series(["a", "b" * 3000]), "spans.input", texts)
    >>> short, long["length"], long["key"], len(texts["spans.input.1"])
    ('a', 3000, 'spans.input.1', 3000)
    """
    long = long_places(column) if long is None else long
    if not long:
        return column
    shown: list[Any] = column.to_list()
    for place in long:
        text = shown[place]
        name = f"{key}.{place}"
        texts[name] = text
        shown[place] = {"cut": text[:LONGEST], "length": len(text), "key": name}
    return shown


def long_places(column: pl.Series) -> list[int]:
    """Return the places of texts that are cut, in order.

    >>> long_places(pl.Series(["a", "b" * 3000, None]))
    [1]
    """
    # Bytes are counted already; characters, of which there are no more, only where it matters.
    many = (column.str.len_bytes() > LONGEST).fill_null(False).arg_true()
    return many.filter(column.gather(many).str.len_chars() > LONGEST).to_list()
