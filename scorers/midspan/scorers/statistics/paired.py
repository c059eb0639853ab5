"""Whether two variants differ, on the tasks that both did. One difference a task."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from midspan.scorers.statistics.bootstrap import ratio
from midspan.scorers.statistics.intervals import finite

Numbers = NDArray[np.float64]
Picked = NDArray[np.uint16]

EXACT_UP_TO: Final = 20
"""Tasks that differ; beyond 2^20 sign patterns some are drawn at random."""

DRAWS: Final = 100_000
_TOGETHER: Final = 12
"""Signs drawn by one random number, with the sums of all their patterns looked up in a table."""

_KEPT: Final = 100_000_000
"""Signs kept for the next score of as many tasks: 17 MB, two bytes for twelve."""

_ROUNDING: Final = 1e-12
"""Sums of the same numbers in another order differ in their last digits."""


def sign_flip(differences: Numbers, *, seed: int, draws: int = DRAWS) -> float:
    """Return the two-sided p of the mean difference: how often random signs reach as far.

    Exact up to 2^20 patterns, else from seeded draws (never 0 then). A difference of zero has no
    sign to flip and changes nothing.

    >>> sign_flip(np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), seed=0)
    0.03125
    """
    columns = np.asarray(differences, dtype=np.float64)[:, None]
    sums, exact = _signed_sums(columns, seed, draws)
    reached = abs(float(np.sum(columns))) - _ROUNDING * float(np.sum(np.abs(columns)))
    return _share(np.abs(sums[:, 0]) >= reached, exact)


def swap(
    first: tuple[Numbers, Numbers],
    second: tuple[Numbers, Numbers],
    *,
    seed: int,
    draws: int = DRAWS,
) -> float:
    """Return the two-sided p of a difference of two ratios of sums: totals over what they are of.

    How often does it reach as far when each task's pair goes to either side at random?

    >>> ones = np.ones(6)
    >>> swap((ones, ones), (2 * ones, ones), seed=0)
    0.03125
    """
    totals, out_of = np.column_stack([first[0], second[0]]), np.column_stack([first[1], second[1]])
    finite(totals)
    finite(out_of)
    half, half_of = float(np.sum(totals)) / 2, float(np.sum(out_of)) / 2
    columns = np.column_stack([totals[:, 1] - totals[:, 0], out_of[:, 1] - out_of[:, 0]]) / 2
    sums, exact = _signed_sums(columns, seed, draws)
    up, up_of = sums[:, 0], sums[:, 1]
    with np.errstate(invalid="ignore"):
        found = np.abs(ratio(half + up, half_of + up_of) - ratio(half - up, half_of - up_of))
        here = np.sum(totals, axis=0) / np.sum(out_of, axis=0)
    reached = abs(float(here[1] - here[0])) - _ROUNDING * float(np.sum(np.abs(here)))
    # What cannot be told counts as having reached as far.
    return _share(~(found < reached), exact)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p of two yes-or-no results a task, from those that changed.

    >>> mcnemar(1, 8)
    0.0390625
    """
    changed = only_first + only_second
    if changed == 0:
        return 1.0
    from scipy import stats  # slow to import, and most comparisons do without

    return float(stats.binomtest(only_first, changed, 0.5).pvalue)


def holm(p_values: list[float]) -> list[float]:
    """Return the p values adjusted so that the family errs no more than each alone (Holm).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted


def _signed_sums(columns: Numbers, seed: int, draws: int) -> tuple[Numbers, bool]:
    """Return the sums of each column, the same signs for all; and whether every pattern is there.

    A row of `columns` is a task. One that holds nothing but zeros has no sign.
    """
    moving = columns[np.any(columns != 0, axis=1)]
    if len(moving) <= EXACT_UP_TO:
        return _all_patterns(moving), True
    sums = np.zeros((columns.shape[1], draws))
    for begin, picked in zip(
        range(0, len(moving), _TOGETHER), _picks(len(moving), seed, draws), strict=True
    ):
        table = _all_patterns(moving[begin : begin + _TOGETHER])
        for column, patterns in zip(sums, table.T, strict=True):
            column += np.ascontiguousarray(patterns)[picked]
    return sums.T, False


def _picks(tasks: int, seed: int, draws: int) -> Iterable[Picked]:
    """Return which pattern of signs each draw has, for every group of tasks."""
    if tasks * draws <= _KEPT:
        return _kept_picks(tasks, seed, draws)
    return _drawn_picks(tasks, seed, draws)


@lru_cache(maxsize=2)
def _kept_picks(tasks: int, seed: int, draws: int) -> tuple[Picked, ...]:
    return tuple(_drawn_picks(tasks, seed, draws))


def _drawn_picks(tasks: int, seed: int, draws: int) -> Iterator[Picked]:
    random = np.random.default_rng(seed)
    for begin in range(0, tasks, _TOGETHER):
        patterns = 2 ** min(_TOGETHER, tasks - begin)
        yield random.integers(0, patterns, draws, dtype=np.uint16)


def _all_patterns(rows: Numbers) -> Numbers:
    """Return the sums of some rows under every pattern of signs."""
    sums = np.zeros((1, rows.shape[1]))
    for row in rows:
        sums = np.concatenate([sums + row, sums - row])
    return sums


def _share(as_far: NDArray[np.bool_], exact: bool) -> float:
    if exact:
        return float(np.mean(as_far))
    return (int(np.count_nonzero(as_far)) + 1) / (len(as_far) + 1)
