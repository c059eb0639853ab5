"""Whether a later call goes on with what failed: the links that chain attempts to operations."""

import json
import re
from typing import Any, Final

import msgspec

from midspan.scorers.dispatch_names import inner_arguments
from midspan.scorers.recovery.leaves import (
    Leaves,
    alike_long_text,
    hardly_changed,
    leaves_of,
    share_a_value,
    similarity,
)
from midspan.scorers.recovery.moves import Moves

ALIKE: Final = 0.5
ALIKE_NEXT: Final = 0.3
ALIKE_TEXT: Final = 0.8
HALF: Final = 0.5

KEPT: Final = 4_000
"""Arguments that are kept read: runs of one task share many."""

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
    """Judges pairs of calls; arguments are read once, and two of them compared once."""

    def __init__(self, moves: Moves) -> None:
        """Begin without having read any arguments."""
        self._moves = moves
        self._leaves: dict[int, Leaves] = {}
        self._alike: dict[tuple[int, int], float] = {}
        self._named: dict[tuple[int, int], bool] = {}

    def forget(self) -> None:
        """Let go of what was read, once it is much: another run has other arguments."""
        if max(len(self._leaves), len(self._alike)) > KEPT:
            self._leaves.clear()
            self._alike.clear()

    def linked(self, failed: int, later: int, *, following: bool) -> bool:
        """Return whether a later call goes on with a failed one.

        `following`: it is of the first turn after the failure that holds a call to speak of.
        """
        moves = self._moves
        if moves.tool[failed] == moves.tool[later]:
            return self._of_same_tool(failed, later, following)
        if moves.aside[failed] or moves.aside[later]:
            return False
        if moves.read_only[later] and not moves.read_only[failed]:
            return False
        return self._of_other_tool(failed, later)

    def strength(self, failed: int, later: int) -> float:
        """Return how alike two calls are: an identical one 2, of the same tool from 1 on."""
        moves = self._moves
        one, other = moves.key[failed], moves.key[later]
        same = 1.0 if moves.tool[failed] == moves.tool[later] else 0.0
        if one is None or other is None:
            return same
        return 2.0 if one == other else self._similarity(failed, later) / 2 + same

    def hardly_changed(self, failed: int, later: int, long_text: float) -> bool:
        """Return whether the arguments of two calls differ in nothing that could matter."""
        return hardly_changed(self._read(failed), self._read(later), long_text)

    def _read(self, place: int) -> Leaves:
        """Return the leaves of arguments that were recorded. Text that is not JSON is one leaf."""
        moves = self._moves
        key = moves.key[place] or 0
        found = self._leaves.get(key)
        if found is None:
            told: Any = moves.raw_arguments[place]
            arguments = moves.arguments[place]
            if arguments is not None:
                tool = moves.tools[moves.tool[place]]
                told = inner_arguments(moves.name[place], tool, _decoded(arguments))
            found = self._leaves[key] = leaves_of(told)
        return found

    def _similarity(self, failed: int, later: int) -> float:
        pair = (self._moves.key[failed] or 0, self._moves.key[later] or 0)
        found = self._alike.get(pair)
        if found is None:
            found = self._alike[pair] = similarity(self._read(failed), self._read(later))
        return found

    def _of_same_tool(self, failed: int, later: int, following: bool) -> bool:
        moves = self._moves
        if following and moves.invalid[failed]:
            return True
        one, other = moves.key[failed], moves.key[later]
        if one is None or other is None:
            return following
        if one == other or share_a_value(self._read(failed), self._read(later)):
            return True
        return self._similarity(failed, later) >= (ALIKE_NEXT if following else ALIKE)

    def _of_other_tool(self, failed: int, later: int) -> bool:
        moves = self._moves
        if self._names_linked(moves.tool[failed], moves.tool[later]):
            return True
        if moves.key[failed] is None or moves.key[later] is None:
            return False
        one, other = self._read(failed), self._read(later)
        if one.values and len(one.values & other.values) / len(one.values) >= HALF:
            return True
        return alike_long_text(one, other, ALIKE_TEXT)

    def _names_linked(self, failed: int, later: int) -> bool:
        found = self._named.get((failed, later))
        if found is None:
            tools = self._moves.tools
            found = self._named[failed, later] = names_linked(tools[failed], tools[later])
        return found


def _decoded(arguments: str) -> Any:
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:  # half a surrogate pair, which the standard library reads
        return json.loads(arguments)


def words(name: str) -> frozenset[str]:
    """Return the words of a tool's name.

    >>> sorted(words("shop/findUserByID_v2"))
    ['2', 'by', 'find', 'id', 'user', 'v']
    """
    return frozenset(word.lower() for word in _WORD.findall(re.split("[/:]", name)[-1]))


def names_linked(failed: str, later: str) -> bool:
    """Return whether a tool's name holds half the words of another's, one of them telling.

    >>> names_linked("find_order", "cancel_order"), names_linked("get_order", "get_user")
    (True, False)
    """
    one, other = words(failed), words(later)
    shared = one & other
    return bool(shared - GENERIC) and len(shared) / len(one) >= HALF
