"""Whether a later call goes on with what failed: the links that chain attempts to operations."""

import json
import re
from typing import Any, Final

from pydantic_core import from_json

from midspan.scorers.dispatch_names import inner_arguments
from midspan.scorers.recovery.leaves import (
    Leaves,
    alike_long_text,
    half_shared,
    hardly_changed,
    share_a_value,
    similarity,
)
from midspan.scorers.recovery.moves import Moves
from midspan.scorers.recovery.run import Run

ALIKE: Final = 0.5
ALIKE_NEXT: Final = 0.3
ALIKE_TEXT: Final = 0.8

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

    def __init__(self, moves: Moves, long_text: float) -> None:
        """Begin without having read any arguments.

        `long_text`: how alike two long texts are that count as the same.
        """
        self._moves = moves
        self._long_text = long_text
        self._leaves: dict[int, Leaves] = {}
        self._alike: dict[tuple[int, int], float] = {}
        self._named: dict[tuple[int, int], bool] = {}

    def forget(self) -> None:
        """Let go of the arguments of a run: to keep them costs more than to read them again."""
        self._leaves.clear()
        self._alike.clear()

    def linked(self, failed: int, later: int, run: Run) -> bool:
        """Return whether a later call of a run goes on with a failed one."""
        moves = self._moves
        one, other = moves.tool[failed], moves.tool[later]
        if one == other:
            return self._of_same_tool(failed, later, run)
        if moves.aside[failed] or moves.aside[later]:
            return False
        if moves.read_only[later] and not (moves.read_only[failed] or self._untold(failed, later)):
            return False
        named = self._named.get((one, other))
        if named is None:
            named = self._named[one, other] = names_linked(moves.tools[one], moves.tools[other])
        return named or self._values_linked(failed, later)

    def strength(self, failed: int, later: int) -> float:
        """Return how alike two calls are: an identical one 2, of the same tool from 1 on."""
        moves = self._moves
        one, other = moves.key[failed], moves.key[later]
        same = 1.0 if moves.tool[failed] == moves.tool[later] else 0.0
        if one is None or other is None:
            return same
        return 2.0 if one == other else self._similarity(failed, later) / 2 + same

    def hardly_changed(self, failed: int, later: int) -> bool:
        """Return whether the arguments of two calls differ in nothing that could matter."""
        return hardly_changed(self._read(failed), self._read(later), self._long_text)

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
            found = self._leaves[key] = Leaves(told)
        return found

    def _similarity(self, failed: int, later: int) -> float:
        pair = (self._moves.key[failed] or 0, self._moves.key[later] or 0)
        found = self._alike.get(pair)
        if found is None:
            found = self._alike[pair] = similarity(self._read(failed), self._read(later))
        return found

    def _of_same_tool(self, failed: int, later: int, run: Run) -> bool:
        moves = self._moves
        one, other = moves.key[failed], moves.key[later]
        if one is not None and one == other:
            return True
        following = run.following(failed) == moves.moment[later]
        if following and moves.invalid[failed]:
            return True
        if one is None or other is None:
            return following
        if share_a_value(self._read(failed), self._read(later)):
            return True
        alike = ALIKE_NEXT if following else ALIKE
        return self._similarity(failed, later) >= alike or self.hardly_changed(failed, later)

    def _untold(self, failed: int, later: int) -> bool:
        """Return whether a call shows what the failed call of its tool was to run.

        Where the model wrote the arguments wrongly, they do not tell the program.
        """
        name = self._moves.name[failed]
        return (
            name == self._moves.name[later] and name == self._moves.tools[self._moves.tool[failed]]
        )

    def _values_linked(self, failed: int, later: int) -> bool:
        mine, its = self._moves.key[failed], self._moves.key[later]
        if mine is None or its is None:
            return False
        one = self._leaves.get(mine) or self._read(failed)
        other = self._leaves.get(its) or self._read(later)
        return half_shared(one, other) or alike_long_text(one, other, ALIKE_TEXT)


def _decoded(arguments: str) -> Any:
    try:
        return from_json(arguments)
    except ValueError:  # half a surrogate pair, which the standard library reads
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
    return bool(shared - GENERIC) and 2 * len(shared) >= len(one)
