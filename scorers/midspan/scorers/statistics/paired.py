"""Whether two variants differ, on the tasks that both did. One difference a task."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]

EXACT_UP_TO: Final = 20
"""Non-zero differences; beyond 2^20 sign patterns some are drawn at random."""

DRAWS: Final = 100_000
_AT_ONCE: Final = 4_000_000


def sign_flip(differences: Numbers, *, seed: int, draws: int = DRAWS) -> float:
    """Return the two-sided p of the mean difference: how often random signs reach as far.

    Exact up to 2^20 patterns, else from seeded draws (never 0 then). A difference of zero has no
    sign to flip and changes nothing.

    >>> sign_flip(np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), seed=0)
    0.03125
    """
    moving = differences[differences != 0]
    if len(moving) == 0:
        return 1.0
    # Sums of the same numbers in another order differ in their last digits.
    reached = abs(float(np.sum(moving))) - 1e-12 * float(np.sum(np.abs(moving)))
    if len(moving) <= EXACT_UP_TO:
        sums = np.zeros(1)
        for difference in moving:
            sums = np.concatenate([sums + difference, sums - difference])
        return float(np.mean(np.abs(sums) >= reached))
    random = np.random.default_rng(seed)
    at_once = max(1, min(draws, _AT_ONCE // len(moving)))
    as_far = 0
    for done in range(0, draws, at_once):
        rows = min(at_once, draws - done)
        flipped = random.integers(0, 2, (rows, len(moving)), dtype=np.int8)
        sums = (2.0 * flipped - 1) @ moving
        as_far += int(np.count_nonzero(np.abs(sums) >= reached))
    return (as_far + 1) / (draws + 1)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p of two yes-or-no results a task, from those that changed.

    >>> mcnemar(1, 8)
    0.0390625
    """
    changed = only_first + only_second
    if changed == 0:
        return 1.0
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
