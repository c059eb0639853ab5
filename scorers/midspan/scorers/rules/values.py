"""The values in a result that show, where they occur again, that the result was used."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

TELLING: Final = 4
"""A text of this many characters hardly occurs somewhere by chance."""

SENTENCE: Final = 60
"""A text of JSON longer than this is prose: it need not be repeated as a whole."""

WORDS: Final = 3
"""Words in a row that hardly occur somewhere by chance."""

MOST: Final = 20_000
"""Characters of a result that are looked at."""

_NUMBER: Final = re.compile(r"(?<![\w./-])(?<!\d:)-?\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[:/-]\w)")
"""A number by itself: none in an id, a date or a time."""
_TOKEN: Final = re.compile(r"[^\s\"'`<>()\[\]{},;]+")
_OF_A_NAME: Final = re.compile(r"[\d/@_]")
_WORD: Final = re.compile(r"\w+")


class Values(NamedTuple):
    """The values of a text."""

    names: frozenset[str]
    """Names, ids and short texts without case, and numbers in one form."""
    prose: str
    """The words of longer texts in a row."""


@lru_cache(maxsize=4096)
def values_of(text: str) -> Values:
    """Return the values of a result, or of arguments.

    Short names count where there is nothing else: a result of `7` is used where 7 occurs.

    >>> values = values_of('{"order": "ORD-1042", "total": 39.0, "note": "sent on Monday"}')
    >>> sorted(values.names), values.prose
    (['39', 'ord 1042', 'ord-1042'], ' sent on monday ')
    """
    leaves = _leaves_of(text[:MOST])
    prose = "|".join(words for leaf in leaves if (words := _prose(leaf)))
    names = {name for leaf in leaves for name in _names(leaf) if name}
    telling = {name for name in names if len(name) >= TELLING or _is_long_number(name)}
    return Values(frozenset(telling or (() if prose else names)), prose)


@lru_cache(maxsize=4096)
def words_of(arguments: str) -> str:
    """Return the values of arguments as a text, a line each."""
    return "\n".join(map(str, _leaves_of(arguments)))


def is_used(result: Values, asked: Values, texts: list[str]) -> bool:
    """Return whether later texts hold a value of a result that was not asked with.

    A result that says nothing new leaves nothing to use: that counts as used.
    """
    names = result.names - asked.names
    if not names and (not result.prose or result.prose in asked.prose):
        return True
    text = "\n".join(texts)
    plain = text.casefold()
    words = _WORD.findall(plain)
    if result.prose and any(
        run in result.prose and run not in asked.prose for run in _in_threes(words)
    ):
        return True
    if not names.isdisjoint(_number(match[0]) for match in _NUMBER.finditer(text)):
        return True
    in_a_row = f" {' '.join(words)} "
    return any(
        f" {name} " in in_a_row or _stands(name, plain)
        for name in names
        if (name in plain or name in in_a_row) and not _NUMBER.fullmatch(name)
    )


def _names(leaf: str | float) -> Iterator[str]:
    if not isinstance(leaf, str):
        yield _number(repr(leaf))
        return
    text = leaf.strip()
    yield from (_number(match[0]) for match in _NUMBER.finditer(text))
    tokens = (token.strip(".:!?*").casefold() for token in _TOKEN.findall(text))
    yield from (
        token for token in tokens if _OF_A_NAME.search(token) and not _NUMBER.fullmatch(token)
    )
    if len(text) <= SENTENCE:
        words = _WORD.findall(text.casefold())
        if len(words) < WORDS:
            yield " ".join(words)


def _prose(leaf: str | float) -> str:
    words = _WORD.findall(leaf.casefold()) if isinstance(leaf, str) else []
    return f" {' '.join(words)} " if len(words) >= WORDS else ""


def _in_threes(words: list[str]) -> Iterator[str]:
    return (f" {' '.join(words[at : at + WORDS])} " for at in range(len(words) - WORDS + 1))


def _leaves_of(text: str) -> list[str | float]:
    try:
        return list(_leaves(json.loads(text)))
    except (ValueError, RecursionError):
        return [text]


def _leaves(node: Any) -> Iterator[str | float]:
    if isinstance(node, bool) or node is None:
        return
    if isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _leaves(item)
    else:
        yield node


def _number(text: str) -> str:
    """Return a number as it is compared: 39.00, 39.0 and 39 are one, and so are 1,000 and 1000."""
    value = float(text.replace(",", ""))
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"


def _is_long_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None and sum(map(str.isdigit, value)) > 1


def _stands(value: str, text: str) -> bool:
    """Return whether a value stands in a text by itself, not within another word."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None
