"""Whether a later call goes on with what failed: the links that chain attempts to operations."""

import json
import re
from functools import cache
from typing import Any, Final

from midspan.scorers.dispatch_names import inner_arguments
from midspan.scorers.recovery.leaves import Leaves, alike_long_text, leaves_of, similarity
from midspan.scorers.recovery.moves import Move

ALIKE: Final = 0.5
ALIKE_NEXT: Final = 0.3
ALIKE_TEXT: Final = 0.8
HALF: Final = 0.5

GENERIC: Final = frozenset(
    {
        *("a", "an", "and", "by", "for", "from", "in", "of", "on", "the", "to", "with"),
        *("call", "do", "execute", "fetch", "get", "list", "make", "run", "set", "use"),
        *("data", "detail", "details", "id", "ids", "info", "information", "new", "tool"),
    }
)
"""Words of names that say nothing about what a tool is for."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Links:
    """Judges pairs of calls of one run; equal arguments are read once."""

    def __init__(self) -> None:
        """Begin without having read any arguments."""
        self._leaves: dict[int, Leaves] = {}

    def linked(self, failed: Move, later: Move, *, following: bool) -> bool:
        """Return whether a later call goes on with a failed one.

        `following`: it is of the first turn after the failure that holds a call to speak of.
        """
        if failed.tool == later.tool:
            return self._of_same_tool(failed, later, following)
        if failed.aside or later.aside or (later.read_only and not failed.read_only):
            return False
        return self._of_other_tool(failed, later)

    def strength(self, failed: Move, later: Move) -> float:
        """Return how alike two calls are: an identical one 2, of the same tool from 1 on."""
        if failed.key is not None and failed.key == later.key:
            return 2.0
        one, other = self.leaves(failed), self.leaves(later)
        alike = 0.0 if one is None or other is None else similarity(one, other)
        return alike / 2 + (1.0 if failed.tool == later.tool else 0.0)

    def leaves(self, move: Move) -> Leaves | None:
        """Return the leaves of a call's arguments, or None where they were not recorded.

        Text that is not JSON is one leaf.
        """
        if move.key is None:
            return None
        found = self._leaves.get(move.key)
        if found is None:
            told: Any = move.raw_arguments
            if move.arguments is not None:
                told = inner_arguments(move.name, move.tool, json.loads(move.arguments))
            found = self._leaves[move.key] = leaves_of(told)
        return found

    def _of_same_tool(self, failed: Move, later: Move, following: bool) -> bool:
        if following and failed.invalid:
            return True
        if failed.key is not None and failed.key == later.key:
            return True
        one, other = self.leaves(failed), self.leaves(later)
        if one is None or other is None:
            return following
        if not one.telling.isdisjoint(other.telling):
            return True
        return similarity(one, other) >= (ALIKE_NEXT if following else ALIKE)

    def _of_other_tool(self, failed: Move, later: Move) -> bool:
        if _names_linked(failed.tool, later.tool):
            return True
        one, other = self.leaves(failed), self.leaves(later)
        if one is None or other is None:
            return False
        if one.values and len(one.values & other.values) / len(one.values) >= HALF:
            return True
        return alike_long_text(one, other, ALIKE_TEXT)


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of a tool's name.

    >>> sorted(words("shop/findUserByID_v2"))
    ['2', 'by', 'find', 'id', 'user', 'v']
    """
    return frozenset(word.lower() for word in _WORD.findall(re.split("[/:]", name)[-1]))


@cache
def _names_linked(failed: str, later: str) -> bool:
    one, other = words(failed), words(later)
    shared = one & other
    return bool(shared - GENERIC) and len(shared) / len(one) >= HALF
