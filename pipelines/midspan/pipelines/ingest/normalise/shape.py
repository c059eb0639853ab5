"""What the names of a span's attributes say by themselves; spans come in few shapes."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

Made = TypeVar("Made")

DIGITS_AT_MOST: Final = 9


class Numbered(NamedTuple):
    """The attributes `prefix.N.rest` of one N: their names, and what follows the number."""

    names: tuple[str, ...]
    rests: tuple[str, ...]


class Shape:
    """The names of a span's attributes, looked at once for all spans that have the same.

    `families` are their first steps; `numbered` has by prefix those that count, in order of number.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """Look at every name."""
        self.names = frozenset(names)
        self.families = frozenset(name.partition(".")[0] for name in names)
        self.numbered = _numbered(names)
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[["Shape"], Made]) -> Made:
        """Return what is made of the shape, the first time that it is asked for."""
        made: Made | None = self._made.get(key)
        if made is None:
            made = self._made[key] = make(self)
        return made


@lru_cache(maxsize=1024)
def shape_of(names: tuple[str, ...]) -> Shape:
    """Return the shape of a span whose attributes have these names, in this order."""
    return Shape(names)


def counts(step: str) -> bool:
    """Return whether a step of a name is a number."""
    return step.isdecimal() and len(step) <= DIGITS_AT_MOST


def _numbered(names: tuple[str, ...]) -> dict[str, list[Numbered]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        prefix, number = _first_number(name)
        if number:
            found[prefix][number].append(name)
    return {
        prefix: [
            Numbered(tuple(members), tuple(name[len(f"{prefix}.{number}.") :] for name in members))
            for number, members in sorted(by_number.items(), key=lambda item: int(item[0]))
        ]
        for prefix, by_number in found.items()
    }


@lru_cache(maxsize=16_384)
def _first_number(name: str) -> tuple[str, str]:
    """Return the first number in a name that goes on behind it, and what is before; "" if none.

    Cached, since histories of any length use the same names again.
    """
    steps = name.split(".")
    for position, step in enumerate(steps[1:-1], start=1):
        if counts(step) and steps[position + 1 :] != [""]:
            return ".".join(steps[:position]), step
    return "", ""
