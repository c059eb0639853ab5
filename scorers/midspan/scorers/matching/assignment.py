"""Pairs of calls made and calls expected: as many as there can be, or the most alike.

A row is a call made, a column an expected call; what stands between them is a weight, or nothing
where they cannot be a pair. Every function gives the best there is, never the first that fits.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

Weights = Sequence[Mapping[int, float]]
"""For each row, the weight of every column that it may be paired with."""

_EARLIER: Final = 1e-9
"""What an earlier row is worth over a later one, where all else is equal."""

_FIRST: Final = 1e-12
"""What an earlier column is worth over a later one, where rows are equal as well."""


def most_pairs(candidates: Sequence[Collection[int]]) -> dict[int, int]:
    """Return a largest set of pairs, row to column; a pair is moved, but no row left out again.

    The first row could take either column; the greedy choice of 0 would leave the second alone.

    >>> most_pairs([[0, 1], [0]])
    {0: 1, 1: 0}
    """
    column_of: dict[int, int] = {}
    row_of: dict[int, int] = {}
    for row in range(len(candidates)):
        _make_room(row, candidates, column_of, row_of)
    return dict(sorted(column_of.items()))


def _make_room(
    start: int,
    candidates: Sequence[Collection[int]],
    column_of: dict[int, int],
    row_of: dict[int, int],
) -> None:
    """Pair one more row, moving others along where that frees a column for it."""
    wanted_by: dict[int, int] = {}
    waiting = [start]
    for row in waiting:
        for column in candidates[row]:
            if column in wanted_by:
                continue
            wanted_by[column] = row
            if column in row_of:
                waiting.append(row_of[column])
                continue
            free: int | None = column
            while free is not None:
                mover = wanted_by[free]
                left = column_of.get(mover)
                column_of[mover], row_of[free] = free, mover
                free = left
            return


def best_pairs(weights: Weights, columns: int) -> dict[int, int]:
    """Return the pairs of largest total weight, row to column; weights are above 0.

    >>> best_pairs([{0: 0.9, 1: 0.8}, {0: 0.7}], 2)
    {0: 1, 1: 0}
    """
    rows = [row for row, candidates in enumerate(weights) if candidates]
    if not rows:
        return {}
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    matrix = np.zeros((len(rows), columns))
    for place, row in enumerate(rows):
        for column, weight in weights[row].items():
            early = _EARLIER * (len(rows) - place) + _FIRST * (columns - column)
            matrix[place, column] = weight + early
    pairs = zip(*linear_sum_assignment(matrix, maximize=True), strict=True)
    return {
        rows[place]: int(column) for place, column in pairs if int(column) in weights[rows[place]]
    }


def pairs_in_order(weights: Weights, columns: int) -> dict[int, int]:
    """Return the pairs of largest total weight of which none crosses another.

    With every weight 1 this is the longest common subsequence. Of equal ones it is that in which
    earlier rows have a pair, and these the earliest column.

    >>> pairs_in_order([{1: 1}, {0: 1}, {1: 1}], 2)
    {1: 0, 2: 1}
    >>> pairs_in_order([{1: 1}, {0: 1}], 2)
    {0: 1}
    """
    best = [[0.0] * (columns + 1) for _ in range(len(weights) + 1)]
    for row in range(len(weights) - 1, -1, -1):
        here, below, candidates = best[row], best[row + 1], weights[row]
        for column in range(columns - 1, -1, -1):
            total = max(below[column], here[column + 1])
            weight = candidates.get(column)
            here[column] = total if weight is None else max(total, weight + below[column + 1])
    found, column = {}, 0
    for row, candidates in enumerate(weights):
        total, below = best[row][column], best[row + 1]
        fitting = [
            place
            for place, weight in candidates.items()
            if place >= column and weight + below[place + 1] == total
        ]
        if fitting:
            found[row] = min(fitting)
            column = found[row] + 1
    return found
