"""Texts in which a model fell into saying the same over and over.

Either a single 4-gram of tokens makes up more than 0.3 of a text of 40 tokens or more, or a piece
of 1 to 8 characters stands there 20 times in a row. A ruled line is one token, and up to 200
characters of rules and white space are layout, whatever they repeat.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import Final

import polars as pl

from midspan.scorers.parse_pass.collapse_candidates import (
    FEWEST_TOKENS,
    LARGEST_SHARE,
    candidates,
)

LONGEST_LAYOUT: Final = 200

_TOKENS: Final = re.compile(r"\w+|-+|=+|\*+|~+|#+|\.+|\^+|[\u2500-\u257f]+|[^\w\s]")
_IN_A_ROW: Final = re.compile(r"(.{1,8}?)\1{19,}", re.DOTALL)
_LAYOUT: Final = re.compile(r"[-=_*~#.+|:^\s\u2500-\u257f]+")


def collapses(texts: pl.Series) -> pl.Series:
    """Return what each text says over and over, in words; null where it does not.

    >>> collapses(pl.Series(["fine", "and so on " * 20])).to_list()
    [None, '`and so on and` is 0.33 of 60 tokens']
    """
    found: list[str | None] = [None] * len(texts)
    for row in candidates(texts):
        found[row] = collapse(texts[row])
    return pl.Series(found, dtype=pl.String)


def collapse(text: str) -> str | None:
    """Return what a text says over and over, in words, or None."""
    return _piece_in_a_row(text) or _frequent_tokens(text)


def _piece_in_a_row(text: str) -> str | None:
    for match in _IN_A_ROW.finditer(text):
        whole, piece = match.group(), match.group(1)
        if len(whole) > LONGEST_LAYOUT or not _LAYOUT.fullmatch(piece):
            return f"{piece!r} {len(whole) // len(piece)} times in a row"
    return None


def _frequent_tokens(text: str) -> str | None:
    tokens = _TOKENS.findall(text)
    if len(tokens) < FEWEST_TOKENS:
        return None
    pairs = list(pairwise(tokens))
    grams = Counter(zip(pairs, pairs[2:], strict=False))
    (((one, two), (three, four)), times) = grams.most_common(1)[0]
    share = times / (len(tokens) - 3)
    if share <= LARGEST_SHARE:
        return None
    return f"`{one} {two} {three} {four}` is {share:.2f} of {len(tokens)} tokens"
