"""The few texts that may have collapsed, found among millions without reading them one by one.

Both looks are over the bytes of thousands of texts at once, and let more through than they must.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import as_strided

Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

LARGEST_SHARE: Final = 0.3
"""Of the 4-grams of a text, that one of them may make up."""

FEWEST_TOKENS: Final = 40
"""In shorter texts a 4-gram comes often soon."""

SLICE: Final = 1024
"""Texts that are looked at together."""

SHORTEST: Final = 20
"""A piece of one character, 20 times."""

_KINDS_OF_BYTES: Final = 6
_SPACE, _WORD, _SIGN, _RULE, _WIDE, _INSIDE_WIDE = range(_KINDS_OF_BYTES)
"""Kinds of bytes; a character beyond ASCII begins with a wide one."""

_PERHAPS, _SURELY = 1, 2
"""Whether a token begins at a byte."""

_SPACES: Final = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
_RULES: Final = b"-=*~#.^"


def candidates(texts: pl.Series) -> list[int]:
    """Return the places of the texts that are worth reading."""
    frame = pl.DataFrame({"text": texts}).with_row_index("row")
    long_enough = frame.filter(pl.col("text").str.len_bytes() >= SHORTEST)
    ascii_only = pl.col("text").str.len_bytes() == pl.col("text").str.len_chars()
    # A character takes up to four bytes: the same piece is then up to four times as long.
    found = chain(
        _of_frame(long_enough.filter(ascii_only), longest_piece=8),
        _of_frame(long_enough.filter(~ascii_only), longest_piece=32),
    )
    return sorted(found)


def _of_frame(frame: pl.DataFrame, longest_piece: int) -> Iterator[int]:
    for part in frame.iter_slices(SLICE):
        text = "\n".join([*part["text"], ""]).encode()
        data: Bytes = np.frombuffer(text, np.uint8)
        lengths: Numbers = part["text"].str.len_bytes().to_numpy().astype(np.int64) + 1
        rows = np.union1d(
            _with_piece_in_a_row(data, lengths, longest_piece), _with_frequent_token(data, lengths)
        )
        yield from part["row"].gather(rows).to_list()


def _with_piece_in_a_row(data: Bytes, lengths: Numbers, longest_piece: int) -> Numbers:
    """Return the rows where four bytes equal those that stand one piece further on.

    A piece of b bytes 20 times in a row makes 19 x b bytes that do, one after the other: at least
    19, so that four of them begin at a multiple of 16. Only those places are looked at.
    """
    padded = np.concatenate([data, np.arange(64, dtype=np.uint8)])
    places = -(-len(data) // 16)

    def words(offset: int) -> Any:
        window = as_strided(padded[offset:], (places, 4), (16, 1))
        return np.ascontiguousarray(window).view(np.uint32).ravel()

    here = words(0)
    hits = np.zeros(places, bool)
    for piece in range(1, longest_piece + 1):
        hits |= here == words(piece)
    rows = np.searchsorted(np.cumsum(lengths), np.flatnonzero(hits) * 16, side="right")
    return np.unique(rows).astype(np.int64)


def _with_frequent_token(data: Bytes, lengths: Numbers) -> Numbers:
    """Return the rows where one byte begins enough of the tokens.

    What makes up more than 0.3 of the 4-grams begins with a token that makes up as much of the
    tokens. Beyond ASCII it is not known here what is part of a word: each such character may begin
    a token, and none is counted among all tokens.
    """
    kinds = _KINDS[data]
    places = kinds.copy()
    places[1:] += _KINDS_OF_BYTES * kinds[:-1]
    tokens = np.take(_BEGINS, places)
    ruled = np.flatnonzero(kinds == _RULE)
    # A rule is one token: what repeats the byte before begins none. The last byte is a line break.
    tokens[ruled[data[ruled] == data[ruled - 1]]] = 0
    begins = np.flatnonzero(tokens)
    starts = np.cumsum(lengths) - lengths
    of_rows = np.add.reduceat(tokens != 0, starts, dtype=np.int64)
    surely = np.add.reduceat(tokens == _SURELY, starts, dtype=np.int64)
    row_of = np.repeat(np.arange(len(lengths)), of_rows)
    first_bytes = np.bincount(row_of * 256 + data[begins], minlength=len(lengths) * 256)
    most = first_bytes.reshape(-1, 256).max(axis=1)
    return np.flatnonzero((most > LARGEST_SHARE * (surely - 3)) & (of_rows >= FEWEST_TOKENS))


def _kinds() -> Bytes:
    kinds = np.full(256, _SIGN, np.uint8)
    kinds[list(_SPACES)] = _SPACE
    kinds[list(_RULES)] = _RULE
    for byte in range(128):
        if chr(byte).isalnum() or chr(byte) == "_":
            kinds[byte] = _WORD
    kinds[0x80:] = _INSIDE_WIDE
    kinds[0xC0:] = _WIDE
    return kinds


def _begins() -> Any:
    """Return whether a byte begins a token, by the kind of the byte before and its own."""
    begins = np.zeros((_KINDS_OF_BYTES, _KINDS_OF_BYTES), np.uint8)
    begins[:, [_SIGN, _RULE]] = _SURELY
    begins[:, _WORD] = _SURELY
    begins[_WORD, _WORD] = 0
    begins[[_WIDE, _INSIDE_WIDE], _WORD] = _PERHAPS
    begins[:, _WIDE] = _PERHAPS
    return begins.ravel()


_KINDS: Final = _kinds()
_BEGINS: Final = _begins()
