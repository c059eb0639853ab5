"""Intervals for figures over tasks. The task is the cluster: its trials are no new tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]

RESAMPLES: Final = 10_000
_AT_ONCE: Final = 4_000_000
"""Weights drawn at a time: 32 MB."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with the interval it is known to; no interval below two tasks."""

    value: float
    low: float | None
    high: float | None
    tasks: int
    standard_error: float | None = None


def mean_over_tasks(means: Numbers, *, level: float = 0.95) -> Estimate:
    """Return the mean of task means, with a t interval over tasks.

    The standard error is the clustered one with the correction C / (C - 1).

    >>> mean_over_tasks(np.array([1.0, 2.0, 3.0]))
    Estimate(value=2.0, low=-0.484..., high=4.484..., tasks=3, standard_error=0.577...)
    """
    tasks = len(means)
    value = float(np.mean(means))
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    error = float(np.std(means, ddof=1) / np.sqrt(tasks))
    reach = _quantile(level, tasks) * error
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
    z = _quantile(level, plain.tasks)
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


def bootstrap_mean(
    values: Numbers, *, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> Estimate:
    """Return the mean of one value a task, with a percentile interval from resampled tasks.

    Tasks of equal value are drawn together: few values make few columns.
    """
    distinct, counts = np.unique(values, return_counts=True)
    tasks = len(values)
    value = float(np.mean(values))
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    chances = counts / tasks
    drawn = _resampled(
        chances, tasks, lambda weights: weights @ distinct / tasks, seed=seed, resamples=resamples
    )
    low, high = _percentiles(drawn, level)
    return Estimate(value=value, low=low, high=high, tasks=tasks)


def bootstrap_median(
    values: Numbers,
    tasks: NDArray[np.int64],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    resolution: int = 400,
) -> Estimate:
    """Return the median over all runs, with a percentile interval from resampled tasks.

    `tasks` numbers the task of each value from 0. A resample's median is looked up among at most
    `resolution` order statistics of the data, evenly spread.
    """
    names, task_of = np.unique(tasks, return_inverse=True)
    count = len(names)
    value = float(np.median(values))
    if count < 2:
        return Estimate(value=value, low=None, high=None, tasks=count)
    ordered = np.sort(values)
    steps = np.linspace(0, len(ordered) - 1, min(len(ordered), resolution)).astype(int)
    grid = np.unique(ordered[steps])
    # How many runs of each task lie at or below each point of the grid.
    cell = np.searchsorted(grid, values)
    below = np.zeros((count, len(grid)))
    np.add.at(below, (task_of, np.minimum(cell, len(grid) - 1)), 1)
    below = np.cumsum(below, axis=1)

    def medians(weights: Numbers) -> Numbers:
        reached = weights @ below
        half = reached[:, -1:] / 2
        found: Numbers = grid[np.argmax(reached >= half, axis=1)]
        return found

    drawn = _resampled(np.full(count, 1 / count), count, medians, seed=seed, resamples=resamples)
    low, high = _percentiles(drawn, level)
    return Estimate(value=value, low=min(low, value), high=max(high, value), tasks=count)


def _resampled(
    chances: Numbers,
    draws: int,
    statistic: Callable[[Numbers], Numbers],
    *,
    seed: int,
    resamples: int,
) -> Numbers:
    """Return the statistic of each resample, a bounded number of weights at a time."""
    random = np.random.default_rng(seed)
    at_once = max(1, min(resamples, _AT_ONCE // len(chances)))
    parts = [
        statistic(random.multinomial(draws, chances, min(at_once, resamples - done)).astype(float))
        for done in range(0, resamples, at_once)
    ]
    return np.concatenate(parts)


def _percentiles(drawn: Numbers, level: float) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _quantile(level: float, tasks: int) -> float:
    return float(stats.t.ppf((1 + level) / 2, tasks - 1))
