"""Texts of which a page holds the beginning: the whole of them lies beside it."""

from typing import Any, Final

import polars as pl

LONGEST: Final = 2048
"""Characters of a text that stand in the page."""

Texts = dict[str, str]


def cut(column: pl.Series, key: str, texts: Texts) -> list[Any]:
    """Return texts as a document holds them; what is cut is put into `texts`, by its key.

    >>> texts: Texts = {}
    >>> short, long = cut(pl.Series(["a", "b" * 3000]), "runs.answer", texts)
    >>> short, long["length"], long["key"], len(texts["runs.answer.1"])
    ('a', 3000, 'runs.answer.1', 3000)
    """
    begun, lengths = beginnings(column, key, texts, long_places(column))
    shown: list[Any] = begun.to_list()
    for place, length in lengths.items():
        shown[place] = {"cut": shown[place], "length": length, "key": f"{key}.{place}"}
    return shown


def beginnings(
    column: pl.Series, key: str, texts: Texts, long: list[int]
) -> tuple[pl.Series, dict[int, int]]:
    """Return texts without the rest of those at `long` places, and the whole length of each.

    The whole texts are put into `texts`, by their place.

    >>> texts: Texts = {}
    >>> begun, lengths = beginnings(pl.Series(["a", "b" * 3000]), "spans.input", texts, [1])
    >>> begun.str.len_chars().to_list(), lengths, len(texts["spans.input.1"])
    ([1, 2048], {1: 3000}, 3000)
    """
    if not long:
        return column, {}
    whole = column.gather(long)
    texts.update(zip((f"{key}.{place}" for place in long), whole, strict=True))
    begun = column.clone().scatter(long, whole.str.head(LONGEST))
    return begun, dict(zip(long, whole.str.len_chars(), strict=True))


def long_places(column: pl.Series) -> list[int]:
    """Return the places of texts that are cut, in order.

    >>> long_places(pl.Series(["a", "b" * 3000, None]))
    [1]
    """
    # Bytes are counted already; characters, of which there are no more, only where it matters.
    many = (column.str.len_bytes() > LONGEST).fill_null(False).arg_true()
    return many.filter(column.gather(many).str.len_chars() > LONGEST).to_list()
