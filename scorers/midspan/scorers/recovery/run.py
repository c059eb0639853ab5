"""The calls of one run, moment by moment."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from midspan.scorers.recovery.moves import Moves


class Run:
    """The places of one run among the moves; those of one moment were asked for together."""

    __slots__ = ("_changes", "_following", "moves", "places")

    def __init__(self, moves: Moves, places: range) -> None:
        """Keep the places of the run."""
        self.moves = moves
        self.places = places
        self._following: dict[int, tuple[int | None, bool]] = {}
        self._changes: list[int] | None = None

    def moments(self, first: int) -> Iterator[range]:
        """Yield the places of each moment, from that which begins at a place."""
        end, stop = self.moves.end, self.places.stop
        while first < stop:
            after = end[first]
            yield range(first, after)
            first = after

    def moments_after(self, place: int) -> Iterator[range]:
        """Yield the places of each moment after that of a call."""
        return self.moments(self.moves.end[place])

    def following(self, failed: int) -> int | None:
        """Return the first moment after a failure that holds a call to speak of."""
        return self._looked_up(failed)[0]

    def answers_to(self, failed: int, moment: range) -> list[int]:
        """Return the calls of a moment that may answer a failure.

        They are not beside the work, or of the failed tool itself, and of the same agent as long
        as that one makes any such call.
        """
        moves = self.moves
        aside, tool, agent = moves.aside, moves.tool, moves.agent
        mine, of_any = tool[failed], self._looked_up(failed)[1]
        return [
            call
            for call in moment
            if (of_any or agent[call] == agent[failed]) and (not aside[call] or tool[call] == mine)
        ]

    def changed_between(self, one: int, other: int) -> bool:
        """Return whether the state was changed between two calls."""
        call, changes = self.moves.call, self._changes
        if changes is None:
            its = (call[place] for place in self.places if self.moves.changes[place])
            changes = self._changes = sorted(its)
        return bisect_right(changes, call[one]) < bisect_left(changes, call[other])

    def _looked_up(self, failed: int) -> tuple[int | None, bool]:
        found = self._following.get(failed)
        if found is None:
            found = self._following[failed] = self._look_up(failed)
        return found

    def _look_up(self, failed: int) -> tuple[int | None, bool]:
        """Return the following moment, and whether calls of any agent answer."""
        moves = self.moves
        aside, tool, agent = moves.aside, moves.tool, moves.agent
        its, by, of_any = tool[failed], agent[failed], None
        for place in range(moves.end[failed], self.places.stop):
            if not aside[place] or tool[place] == its:
                if agent[place] == by:
                    return moves.moment[place], False
                of_any = moves.moment[place] if of_any is None else of_any
        return of_any, True
