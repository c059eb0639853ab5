from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from midspan.scorers.statistics import (
    Estimate,
    bootstrap_mean,
    bootstrap_median,
    mean_over_tasks,
    share_over_tasks,
)

Numbers = NDArray[np.float64]


def coverage(interval: Callable[[], Estimate], truth: float, times: int = 600) -> float:
    estimates = [interval() for _ in range(times)]
    return (
        sum(
            each.low <= truth <= each.high
            for each in estimates
            if each.low is not None and each.high is not None
        )
        / times
    )


def test_the_t_interval_is_the_textbook_one() -> None:
    means = np.array([0.2, 0.4, 0.9, 0.5])
    estimate = mean_over_tasks(means)
    low, high = stats.t.interval(0.95, 3, loc=means.mean(), scale=stats.sem(means))
    assert estimate.low == pytest.approx(low)
    assert estimate.high == pytest.approx(high)


def test_one_task_gives_no_interval() -> None:
    one = np.array([0.5])
    assert mean_over_tasks(one) == Estimate(value=0.5, low=None, high=None, tasks=1)
    assert share_over_tasks(one, np.array([4.0])).low is None
    assert bootstrap_mean(one, seed=0).low is None
    assert bootstrap_median(one, np.array([0]), seed=0).low is None


def test_clustered_intervals_cover_and_a_naive_one_does_not() -> None:
    random = np.random.default_rng(7)

    def rates() -> Numbers:
        return random.binomial(8, random.beta(0.5, 0.5, size=25)) / 8

    def naive() -> Estimate:
        outcomes = np.concatenate(
            [np.repeat([1.0, 0.0], [won, 8 - won]) for won in (8 * rates()).astype(int)]
        )
        low, high = stats.t.interval(
            0.95, len(outcomes) - 1, loc=outcomes.mean(), scale=stats.sem(outcomes)
        )
        return Estimate(value=0, low=low, high=high, tasks=25)

    trials = np.full(25, 8.0)
    assert 0.93 <= coverage(lambda: share_over_tasks(rates(), trials), 0.5) <= 0.98
    assert 0.93 <= coverage(lambda: mean_over_tasks(rates()), 0.5) <= 0.98
    assert coverage(naive, 0.5) < 0.70


def test_shares_stay_between_nothing_and_all() -> None:
    trials = np.full(6, 3.0)
    all_pass = share_over_tasks(np.ones(6), trials)
    assert all_pass.high == 1.0
    assert all_pass.low == pytest.approx(0.476, abs=0.001)
    none_pass = share_over_tasks(np.zeros(6), trials)
    assert none_pass.low == 0.0
    assert none_pass.high == pytest.approx(0.524, abs=0.001)


def test_the_bootstrap_is_seeded_and_near_the_t_interval() -> None:
    values = np.random.default_rng(1).normal(10, 2, size=80)
    one, same, other = (bootstrap_mean(values, seed=seed) for seed in (1, 1, 2))
    assert one == same != other
    plain = mean_over_tasks(values)
    assert one.low == pytest.approx(plain.low, abs=0.1)
    assert one.high == pytest.approx(plain.high, abs=0.1)


def test_the_interval_of_a_median_follows_the_tasks() -> None:
    random = np.random.default_rng(3)
    of_task = random.normal(100, 20, size=40)
    tasks = np.repeat(np.arange(40), 10)
    clustered = bootstrap_median(np.repeat(of_task, 10), tasks, seed=0, resamples=2000)
    apart = bootstrap_median(np.repeat(of_task, 10), np.arange(400), seed=0, resamples=2000)
    assert clustered.value == apart.value == float(np.median(of_task))
    width = [each.high - each.low for each in (clustered, apart) if each.high and each.low]
    assert width[0] > 2 * width[1]


def test_a_median_of_equal_values() -> None:
    estimate = bootstrap_median(np.full(9, 4.0), np.repeat([0, 1, 2], 3), seed=0, resamples=100)
    assert (estimate.value, estimate.low, estimate.high) == (4.0, 4.0, 4.0)
