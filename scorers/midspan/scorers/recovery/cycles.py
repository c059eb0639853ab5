"""Cycles: the same failing calls over and over."""

from collections.abc import Collection, Iterator
from itertools import groupby

from midspan.scorers.recovery.moves import Moves


def cycles_of(
    moves: Moves, places: range, *, longest_period: int, times: int
) -> Iterator[tuple[list[int], int]]:
    """Yield the failed calls of each cycle of a run with its period, agent by agent.

    The shortest come first. A cycle is a sequence of up to `longest_period` failing calls that
    comes `times` times in a row. Reads and thoughts may stand between; any other call that did not
    fail ends it.
    """
    by_agent: dict[int, list[int]] = {}
    for place in places:
        by_agent.setdefault(moves.agent[place], []).append(place)
    for its in by_agent.values():
        for failures in _rows_of_failures(moves, its):
            for period in range(1, longest_period + 1):
                for first, last in _repeating(moves, failures, period, times):
                    yield failures[first : last + 1], period


def _rows_of_failures(moves: Moves, places: Collection[int]) -> Iterator[list[int]]:
    """Yield the failures in a row, past reads and thoughts."""
    told = [place for place in places if moves.failed[place] or not moves.idle[place]]
    for failed, group in groupby(
        told, lambda place: moves.failed[place] and moves.key[place] is not None
    ):
        if failed:
            yield list(group)


def _repeating(
    moves: Moves, failures: list[int], period: int, times: int
) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each stretch of failures that repeats often enough."""
    keys = [moves.key[place] for place in failures]
    for same, group in groupby(
        range(len(keys) - period), lambda number: keys[number] == keys[number + period]
    ):
        stretch = list(group)
        if same and len(stretch) >= period * (times - 1):
            yield stretch[0], stretch[-1] + period
