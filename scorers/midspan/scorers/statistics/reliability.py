"""How reliably tasks are solved: pass@k (any of k) and pass^k (all of k), without bias.

With `n` trials of a task and `c` successes among them, both are what drawing k of the n trials
gives on average. Plugging c/n into a power overrates pass^k and underrates pass@k.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def pass_at_k(trials: ArrayLike, successes: ArrayLike, k: int) -> Numbers:
    """Return per task the chance that at least one of k trials succeeds; NaN below k trials.

    >>> pass_at_k([4, 4, 2], [1, 4, 2], 3).tolist()
    [0.75, 1.0, nan]
    """
    n, c = _counts(trials, successes)
    return 1 - pass_hat_k(n, n - c, k)


def pass_hat_k(trials: ArrayLike, successes: ArrayLike, k: int) -> Numbers:
    """Return per task the chance that all of k trials succeed; NaN below k trials.

    >>> pass_hat_k([4, 4, 2], [2, 4, 2], 2).round(3).tolist()
    [0.167, 1.0, 1.0]
    """
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
    n, c = _counts(trials, successes)
    chance = np.ones_like(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        for drawn in range(k):
            chance *= np.clip(c - drawn, 0, None) / (n - drawn)
    return np.where(n < k, np.nan, chance)


def _counts(trials: ArrayLike, successes: ArrayLike) -> tuple[Numbers, Numbers]:
    n = np.asarray(trials, dtype=np.float64)
    c = np.asarray(successes, dtype=np.float64)
    if np.any(c > n) or np.any(c < 0):
        raise ValueError("a task cannot have more successes than trials, or fewer than none")
    return n, c
