"""Cycles: the same failing calls over and over."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from midspan.scorers.recovery.moves import Move


def cycles_of(
    moves: Iterable[Move], *, longest_period: int, times: int
) -> Iterator[tuple[list[Move], int]]:
    """Yield the failed calls of each cycle with its period, agent by agent, shortest first.

    A cycle is a sequence of up to `longest_period` failing calls that comes `times` times in a
    row. Reads and thoughts may stand between; any other call that did not fail ends it.
    """
    by_agent: dict[str | None, list[Move]] = {}
    for move in moves:
        by_agent.setdefault(move.agent, []).append(move)
    for its in by_agent.values():
        for failures in _rows_of_failures(its):
            for period in range(1, longest_period + 1):
                for first, last in _repeating(failures, period, times):
                    yield failures[first : last + 1], period


def _rows_of_failures(moves: list[Move]) -> Iterator[list[Move]]:
    """Yield the failures in a row, past reads and thoughts."""
    told = [move for move in moves if move.failed or not _changes_nothing(move)]
    for failed, group in groupby(told, lambda move: move.failed and move.key is not None):
        if failed:
            yield list(group)


def _repeating(failures: list[Move], period: int, times: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each stretch that repeats often enough."""
    places = range(len(failures) - period)
    for same, group in groupby(
        places, lambda place: failures[place].key == failures[place + period].key
    ):
        stretch = list(group)
        if same and len(stretch) >= period * (times - 1):
            yield stretch[0], stretch[-1] + period


def _changes_nothing(move: Move) -> bool:
    return (move.neutral or move.read_only) and not move.state_changing
