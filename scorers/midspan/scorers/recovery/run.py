"""The calls of one run, turn by turn."""

from collections.abc import Iterable
from functools import cached_property

from midspan.scorers.recovery.moves import Move


class Run:
    """The moves of one run by moment: those of one moment were asked for together."""

    def __init__(self, moves: Iterable[Move]) -> None:
        """Group the moves, which are in order of their moments."""
        self.moments: list[list[Move]] = []
        self._place: dict[int, int] = {}
        self._following: dict[int, tuple[int | None, bool]] = {}
        for move in moves:
            if move.moment not in self._place:
                self._place[move.moment] = len(self.moments)
                self.moments.append([])
            self.moments[-1].append(move)

    @cached_property
    def changes(self) -> list[int]:
        """Return the numbers of the calls that changed state and succeeded."""
        return [
            move.call
            for moment in self.moments
            for move in moment
            if move.state_changing and move.succeeded
        ]

    def after(self, move: Move) -> range:
        """Return the places of the moments after that of a move."""
        return range(self._place[move.moment] + 1, len(self.moments))

    def following(self, failed: Move) -> int | None:
        """Return the place of the first moment after a failure that holds a call to speak of."""
        return self._looked_up(failed)[0]

    def answers_to(self, failed: Move, place: int) -> list[Move]:
        """Return the calls of a moment that may answer a failure.

        They are not beside the work, or of the failed tool itself, and of the same agent as long
        as that one makes any such call.
        """
        of_any = self._looked_up(failed)[1]
        return [
            move
            for move in self.moments[place]
            if (of_any or move.agent == failed.agent) and speaks_to(move, failed)
        ]

    def changed_between(self, one: Move, other: Move) -> bool:
        """Return whether the state was changed between two calls."""
        return any(one.call < call < other.call for call in self.changes)

    def _looked_up(self, failed: Move) -> tuple[int | None, bool]:
        found = self._following.get(failed.call)
        if found is None:
            found = self._following[failed.call] = self._look_up(failed)
        return found

    def _look_up(self, failed: Move) -> tuple[int | None, bool]:
        of_any = None
        for place in self.after(failed):
            for move in self.moments[place]:
                if speaks_to(move, failed):
                    if move.agent == failed.agent:
                        return place, False
                    of_any = place if of_any is None else of_any
        return of_any, True


def speaks_to(move: Move, failed: Move) -> bool:
    """Return whether a call can be about a failure: a thought or the end cannot."""
    return not (move.neutral or move.terminal) or move.tool == failed.tool
