"""The values in the arguments of a call, and how alike two calls are by them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import Indel

SHORT: Final = 40
"""Texts below this many characters are values; from it on they are long texts."""

TELLING: Final = 4
"""A value of this many characters hardly stands in two calls by chance."""

_PUNCTUATION: Final = re.compile(r"[\W_]+")

Scalar = str | int | float | bool | None


class Leaves(NamedTuple):
    """The leaf values of a call's arguments."""

    by_path: dict[str, Scalar]
    texts: dict[str, str]
    """The values by their paths, as text."""
    values: set[str]
    """Texts and numbers without case; true, false, null and empty texts tell nothing."""
    telling: set[str]
    """Values of 4 and more characters."""
    long_texts: list[str]
    """Texts of 40 and more characters."""


def leaves_of(arguments: Any) -> Leaves:
    """Return the leaves of a call's arguments.

    >>> leaves_of({"id": "ORD-1", "at": [1, None]}).texts
    {'/id': 'ORD-1', '/at/0': '1', '/at/1': 'None'}
    """
    leaves = Leaves({}, {}, set(), set(), [])
    for path, value in _walk("", arguments):
        leaves.by_path[path] = value
        if value is None or value is True or value is False:
            leaves.texts[path] = repr(value)
            continue
        text = value if isinstance(value, str) else repr(value)
        leaves.texts[path] = text
        if len(text) >= SHORT and text is value:
            leaves.long_texts.append(text)
        folded = text.strip().casefold()
        if folded:
            leaves.values.add(folded)
            if len(folded) >= TELLING:
                leaves.telling.add(folded)
    return leaves


def similarity(one: Leaves, other: Leaves) -> float:
    """Return the mean similarity over the paths of both: 1 for equal arguments.

    Values count by the normalised Indel similarity of their text, and a path that only one of the
    two has counts 0.
    """
    mine, its = one.texts, other.texts
    paths = len(mine.keys() | its.keys())
    alike = 0.0
    for path, text in mine.items():
        if path in its:
            alike += 1.0 if text == its[path] else Indel.normalized_similarity(text, its[path])
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


def _walk(path: str, value: Any) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, dict):
        items: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        yield path, value
        return
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _walk(f"{path}/{key}", item)
        else:
            yield f"{path}/{key}", item


def _hardly_changed(one: Scalar, other: Scalar, long_text: float) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return type(one) is type(other) and one == other
    if len(one) >= SHORT and len(other) >= SHORT:
        return Indel.normalized_similarity(one, other) >= long_text
    return one == other or ("" != _bare(one) == _bare(other))


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text).casefold()
