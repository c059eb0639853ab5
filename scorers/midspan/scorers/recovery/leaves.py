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

    __slots__ = ("_told", "by_path")

    def __init__(self, by_path: dict[str, Scalar]) -> None:
        """Keep the values by their paths."""
        self.by_path = by_path
        self._told: tuple[set[str], list[str]] | None = None

    @property
    def values(self) -> set[str]:
        """Texts and numbers without case; true, false, null and empty texts tell nothing."""
        return (self._told or self._tell())[0]

    @property
    def long_texts(self) -> list[str]:
        """Texts of 40 and more characters."""
        return (self._told or self._tell())[1]

    def _tell(self) -> tuple[set[str], list[str]]:
        values: set[str] = set()
        long_texts: list[str] = []
        for value in self.by_path.values():
            if isinstance(value, str):
                values.add(value.strip().casefold())
                if len(value) >= SHORT:
                    long_texts.append(value)
            elif value is not None and value is not True and value is not False:
                values.add(repr(value).casefold())
        values.discard("")
        self._told = values, long_texts
        return self._told


def leaves_of(arguments: Any) -> Leaves:
    """Return the leaves of a call's arguments.

    >>> leaves_of({"id": "ORD-1", "at": [1, None]}).by_path
    {'/id': 'ORD-1', '/at/0': 1, '/at/1': None}
    """
    if not isinstance(arguments, dict | list):
        return Leaves({"": arguments})
    found: dict[str, Scalar] = {}
    _collect("", arguments, found)
    return Leaves(found)


def share_a_value(one: Leaves, other: Leaves) -> bool:
    """Return whether two calls share a value that hardly stands in both by chance."""
    return any(len(value) >= TELLING for value in one.values & other.values)


def similarity(one: Leaves, other: Leaves) -> float:
    """Return the mean similarity over the paths of both: 1 for equal arguments.

    Values count by the normalised Indel similarity of their text, and a path that only one of the
    two has counts 0.
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


def alike_long_text(one: Leaves, other: Leaves, at_least: float) -> bool:
    """Return whether a long text of one is nearly a long text of the other."""
    return any(
        Indel.normalized_similarity(text, its, score_cutoff=at_least) >= at_least
        for text in one.long_texts
        for its in other.long_texts
    )


def _alike(one: Scalar, other: Scalar) -> float:
    mine = one if isinstance(one, str) else repr(one)
    its = other if isinstance(other, str) else repr(other)
    return 1.0 if mine == its else Indel.normalized_similarity(mine, its)


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
