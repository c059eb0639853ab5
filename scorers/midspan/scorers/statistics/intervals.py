"""Intervals for figures over tasks. The task is the cluster: its trials are no new tasks."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from midspan.scorers.statistics.distributions import student_quantile

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with the interval it is known to; no interval below two tasks.

    An end of the interval alone is None where nothing limits the figure on that side.
    """

    value: float
    low: float | None
    high: float | None
    tasks: int
    standard_error: float | None = None


def mean_over_tasks(means: Numbers, *, level: float = 0.95) -> Estimate:
    """Return the mean of task means, with a t interval over tasks.

    The standard error is the clustered one with the correction C / (C - 1).

    >>> mean = mean_over_tasks(np.array([1.0, 2.0, 3.0]))
    >>> mean.value, round(mean.low, 3), round(mean.high, 3)
    (2.0, -0.484, 4.484)
    """
    means = finite(means)
    tasks = len(means)
    value = float(np.mean(means))
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    error = standard_error(means)
    reach = quantile(level, tasks) * error
    return Estimate(
        value=value, low=value - reach, high=value + reach, tasks=tasks, standard_error=error
    )


def share_over_tasks(means: Numbers, trials: Numbers, *, level: float = 0.95) -> Estimate:
    """Return the mean of the tasks' success rates, with Wilson's interval on the effective n.

    The effective n is how many independent runs would know the rate as well as these clustered
    ones do. Where all succeed, or none, nothing tells it, and every task counts once.

    >>> rate = share_over_tasks(np.ones(8), np.full(8, 5.0))
    >>> rate.value, round(rate.low, 2), rate.high
    (1.0, 0.59, 1.0)
    """
    plain = mean_over_tasks(means, level=level)
    if plain.standard_error is None:
        return plain
    p = plain.value
    spread = p * (1 - p)
    effective: float = plain.tasks
    if plain.standard_error > 0 and spread > 0:
        effective = min(spread / plain.standard_error**2, float(np.sum(trials)))
    z = quantile(level, plain.tasks)
    share = z**2 / effective
    middle = (p + share / 2) / (1 + share)
    reach = z * np.sqrt(spread / effective + share / (4 * effective)) / (1 + share)
    return Estimate(
        value=p,
        low=max(0.0, float(middle - reach)) if p > 0 else 0.0,
        high=min(1.0, float(middle + reach)) if p < 1 else 1.0,
        tasks=plain.tasks,
        standard_error=plain.standard_error,
    )


def standard_error(values: Numbers) -> float:
    """Return the standard error of the mean of one value a task; 0 where all are alike.

    >>> standard_error(np.array([0.1 + 0.2, 0.3])), round(standard_error(np.array([0.0, 1.0])), 3)
    (0.0, 0.5)
    """
    # Sums of the same numbers in another order differ in their last digits.
    if np.ptp(values) <= 1e-12 * float(np.max(np.abs(values))):
        return 0.0
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


@lru_cache(maxsize=256)
def quantile(level: float, tasks: int) -> float:
    """Return how many standard errors an interval reaches, by Student's t over tasks."""
    return student_quantile((1 + level) / 2, tasks - 1)


def finite(values: ArrayLike) -> Numbers:
    """Return the values as numbers; none at all, or one that is no number, is an error."""
    numbers = np.asarray(values, dtype=np.float64)
    if not numbers.size:
        raise ValueError("there is no task")
    if not np.all(np.isfinite(numbers)):
        raise ValueError("a value is not finite")
    return numbers
