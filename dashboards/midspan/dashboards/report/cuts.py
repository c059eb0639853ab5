"""Texts of which a page holds the beginning: the whole of them lies beside it."""

from typing import Any, Final

import polars as pl

LONGEST: Final = 2048
"""Characters of a text that stand in the page."""

Texts = dict[str, str]


def cut(column: pl.Series, key: str, texts: Texts) -> pl.Series | list[Any]:
    """Return texts as a document holds them; what is cut is put into `texts`, by its key.

    They stay a column where none is cut.

    >>> texts: Texts = {}
    >>> short, long = cut(pl.Series(["a", "b" * 3000]), "spans.input", texts)
    >>> short, long["length"], long["key"], len(texts["spans.input.1"])
    ('a', 3000, 'spans.input.1', 3000)
    """
    # Bytes are counted already; characters, of which there are no more, only where it matters.
    long = (column.str.len_bytes() > LONGEST).fill_null(False).arg_true().to_list()
    whole = {place: text for place in long if len(text := column[place]) > LONGEST}
    if not whole:
        return column
    shown: list[Any] = column.to_list()
    for place, text in whole.items():
        name = f"{key}.{place}"
        texts[name] = text
        shown[place] = {"cut": text[:LONGEST], "length": len(text), "key": name}
    return shown
