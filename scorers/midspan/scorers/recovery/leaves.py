"""The values in the arguments of a call, and how alike two calls are by them."""

import re
from collections.abc import Iterable
from typing import Any, Final

from rapidfuzz.distance import Indel

SHORT: Final = 40
"""Texts below this many characters are values; from it on they are long texts."""

TELLING: Final = 4
"""A value of this many characters hardly stands in two calls by chance."""

_PUNCTUATION: Final = re.compile(r"[\W_]+")

Scalar = str | int | float | bool | None


class Leaves:
    """The leaf values of a call's arguments."""

    __slots__ = ("_by_path", "_told", "long_texts", "values")

    def __init__(self, told: Any) -> None:
        """Read the values of arguments, or of what was given in their place."""
        self._told = told
        self._by_path: dict[str, Scalar] | None = None
        texts: list[str] = []
        others: list[str] = []
        _gather(told.values() if isinstance(told, dict) else (told,), texts, others)
        self.values = {text.strip().casefold() for text in texts}
        """Texts and numbers without case; true, false, null and empty texts tell nothing."""
        self.values.discard("")
        self.values.update(others)
        self.long_texts = [text for text in texts if len(text) >= SHORT]
        """Texts of 40 and more characters."""

    @property
    def by_path(self) -> dict[str, Scalar]:
        """The values by their paths.

        >>> Leaves({"id": "ORD-1", "at": [1, None]}).by_path
        {'/id': 'ORD-1', '/at/0': 1, '/at/1': None}
        """
        found = self._by_path
        if found is None:
            found = self._by_path = {}
            if isinstance(self._told, dict | list):
                _collect("", self._told, found)
            else:
                found[""] = self._told
        return found


def share_a_value(one: Leaves, other: Leaves) -> bool:
    """Return whether two calls share a value that hardly stands in both by chance."""
    return any(len(value) >= TELLING for value in one.values & other.values)


def similarity(one: Leaves, other: Leaves) -> float:
    """Return the mean similarity over the paths of both: 1 for equal arguments.

    Values count by the normalised Indel similarity of their text, and a path that only one of the
    two has counts 0. Texts that differ in case and punctuation at most are the same; neither
    counts in short ones.
    """
    mine, its = one.by_path, other.by_path
    both = mine.keys() & its.keys()
    paths = len(mine) + len(its) - len(both)
    alike = sum(_alike(mine[path], its[path]) for path in mine if path in both)
    return alike / paths if paths else 1.0


def hardly_changed(one: Leaves, other: Leaves, long_text: float) -> bool:
    """Return whether two arguments differ in nothing that could make a difference.

    They have the same keys, short values differ in case and punctuation at most, and long texts
    are at least `long_text` alike.
    """
    if one.by_path.keys() != other.by_path.keys():
        return False
    return all(
        _hardly_changed(value, other.by_path[path], long_text)
        for path, value in one.by_path.items()
    )


def half_shared(one: Leaves, other: Leaves) -> bool:
    """Return whether half of the values of one call are values of another."""
    if one.values.isdisjoint(other.values):
        return False
    return 2 * len(one.values & other.values) >= len(one.values)


def alike_long_text(one: Leaves, other: Leaves, at_least: float) -> bool:
    """Return whether a long text of one is nearly a long text of the other."""
    for text in one.long_texts:
        for its in other.long_texts:
            if Indel.normalized_similarity(text, its, score_cutoff=at_least) >= at_least:
                return True
    return False


def _alike(one: Scalar, other: Scalar) -> float:
    mine = one if isinstance(one, str) else repr(one)
    its = other if isinstance(other, str) else repr(other)
    if mine == its:
        return 1.0
    if isinstance(one, str) and isinstance(other, str):
        bare, its_bare = _bare(mine), _bare(its)
        # Of nothing but punctuation, the punctuation tells.
        if bare and its_bare and (bare == its_bare or min(len(mine), len(its)) < SHORT):
            return Indel.normalized_similarity(bare, its_bare)
    return Indel.normalized_similarity(mine, its)


def _gather(values: Iterable[Any], texts: list[str], others: list[str]) -> None:
    # The types are exact in what was JSON, and this is where most of the time goes.
    for value in values:
        kind = type(value)
        if kind is str:
            texts.append(value)
        elif kind is int or kind is float:
            others.append(repr(value))
        elif kind is dict:
            _gather(value.values(), texts, others)
        elif kind is list:
            _gather(value, texts, others)


def _collect(path: str, value: dict[str, Any] | list[Any], found: dict[str, Scalar]) -> None:
    items: Iterable[tuple[str | int, Any]]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            _collect(f"{path}/{key}", item, found)
        else:
            found[f"{path}/{key}"] = item


def _hardly_changed(one: Scalar, other: Scalar, long_text: float) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return type(one) is type(other) and one == other
    if len(one) >= SHORT and len(other) >= SHORT:
        return Indel.normalized_similarity(one, other) >= long_text
    return one == other or ("" != _bare(one) == _bare(other))


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text).casefold()
