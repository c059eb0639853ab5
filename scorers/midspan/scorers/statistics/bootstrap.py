"""Intervals from tasks drawn anew, for figures that no formula has one for. Seeded.

Of few tasks plain percentiles are too narrow. They are taken further out, by as much as a t
interval is wider than a normal one (Hesterberg's expanded percentiles).
"""

import numpy as np
from numpy.typing import NDArray

from midspan.scorers.statistics.distributions import normal_share
from midspan.scorers.statistics.intervals import Estimate, finite, quantile
from midspan.scorers.statistics.resampling import RESAMPLES, draws, product, resampled

Numbers = NDArray[np.float64]


def bootstrap_mean(
    values: Numbers, *, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> Estimate:
    """Return the mean of one value a task, with an interval from resampled tasks."""
    values = finite(values)
    tasks = len(values)
    value = float(np.mean(values))
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    drawn = resampled(values[:, None], seed=seed, resamples=resamples)[:, 0] / tasks
    return _estimate(value, drawn, tasks, level)


def bootstrap_ratio(
    totals: Numbers,
    out_of: Numbers,
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Return the sum of totals over the sum of what they are out of, a pair a task.

    Where resamples have nothing in the denominator, the upper end may be without limit.

    >>> tokens, successes = np.array([100.0, 300.0]), np.array([1.0, 1.0])
    >>> bootstrap_ratio(tokens, successes, seed=0, resamples=500).value
    200.0
    """
    totals, out_of = finite(totals), finite(out_of)
    tasks = len(totals)
    if np.sum(out_of) == 0:
        raise ValueError("nothing stands in the denominator")
    value = float(np.sum(totals) / np.sum(out_of))
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    sums = resampled(np.column_stack([totals, out_of]), seed=seed, resamples=resamples)
    return _estimate(value, ratio(sums[:, 0], sums[:, 1]), tasks, level)


def bootstrap_ratio_difference(
    first: tuple[Numbers, Numbers],
    second: tuple[Numbers, Numbers],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Return the second ratio less the first one, over the same tasks: totals and out of."""
    columns = np.column_stack([*first, *second])
    tasks = len(columns)
    total = np.sum(columns, axis=0)
    value = float(total[2] / total[3] - total[0] / total[1])
    if tasks < 2:
        return Estimate(value=value, low=None, high=None, tasks=tasks)
    sums = resampled(columns, seed=seed, resamples=resamples)
    with np.errstate(invalid="ignore"):
        drawn = ratio(sums[:, 2], sums[:, 3]) - ratio(sums[:, 0], sums[:, 1])
    return _estimate(value, drawn, tasks, level)


def bootstrap_median(
    values: Numbers,
    tasks: NDArray[np.int64],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    resolution: int = 200,
) -> Estimate:
    """Return the median over all runs, with an interval from resampled tasks.

    `tasks` tells the task of each value by a number. A resample's median is looked up among at
    most `resolution` order statistics of the data, evenly spread.
    """
    values = finite(values)
    names, task_of = np.unique(tasks, return_inverse=True)
    count = len(names)
    value = float(np.median(values))
    if count < 2:
        return Estimate(value=value, low=None, high=None, tasks=count)
    ordered = np.sort(values)
    steps = np.linspace(0, len(ordered) - 1, min(len(ordered), resolution)).astype(int)
    grid = np.unique(ordered[steps])
    # How many runs of each task lie at or below each point of the grid.
    below = np.zeros((count, len(grid)))
    np.add.at(below, (task_of, np.searchsorted(grid, values)), 1)
    below = np.cumsum(below, axis=1)
    medians = []
    for weights in draws(count, seed, resamples):
        reached = product(weights, below)
        medians.append(grid[np.argmax(reached >= reached[:, -1:] / 2, axis=1)])
    found = _estimate(value, np.concatenate(medians), count, level)
    low, high = found.low, found.high
    return Estimate(
        value=value,
        low=value if low is None else min(low, value),
        high=value if high is None else max(high, value),
        tasks=count,
        standard_error=found.standard_error,
    )


def ratio(totals: Numbers, out_of: Numbers) -> Numbers:
    """Return ratios; of nothing in the denominator endless, and unknown of nothing at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = totals / out_of
    return found


def _estimate(value: float, drawn: Numbers, tasks: int, level: float) -> Estimate:
    """Return a figure with what its resamples tell."""
    known = drawn[~np.isnan(drawn)]
    usual = known[np.isfinite(known)]
    error = float(np.std(usual) * np.sqrt(tasks / (tasks - 1))) if len(usual) else None
    reach = quantile(level, tasks) * np.sqrt(tasks / (tasks - 1))
    wider = normal_share(float(reach))
    # An order statistic each, since between a number and the endless there is no middle.
    low, high = (
        np.quantile(known, [1 - wider, wider], method="inverted_cdf")
        if len(known)
        else (np.nan, np.nan)
    )
    return Estimate(
        value=value,
        low=float(low) if np.isfinite(low) else None,
        high=float(high) if np.isfinite(high) else None,
        tasks=tasks,
        standard_error=error,
    )
