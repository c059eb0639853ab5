import numpy as np
import pytest
from scipy import stats

from midspan.scorers.statistics import (
    detectable,
    detectable_difference,
    detectable_flips,
    fewest_tasks,
    mcnemar,
)


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    random = np.random.default_rng(4)
    spread, tasks = 0.4, 30
    detectable = detectable_difference(random.normal(0, spread, size=100_000)[:tasks])
    assert detectable is not None
    exact = spread / np.sqrt(tasks) * (stats.t.ppf(0.975, 29) + stats.t.ppf(0.8, 29))
    found = [
        stats.ttest_1samp(random.normal(exact, spread, size=tasks), 0).pvalue < 0.05
        for _ in range(1000)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)
    assert detectable == pytest.approx(exact, rel=0.3)


def test_one_task_detects_nothing() -> None:
    assert detectable_difference(np.array([0.3])) is None


def test_of_too_few_tasks_and_of_no_spread_nothing_tells() -> None:
    assert detectable_difference(np.array([0.1, 0.2, 0.3, 0.4, 0.5])) is None
    assert detectable_difference(np.full(20, 0.3)) is None
    assert detectable(0.0, 20) is None


def test_the_fewest_tasks_are_those_whose_unanimity_is_rare_enough() -> None:
    for alpha in (0.05, 0.05 / 3, 0.01, 0.001):
        needed = fewest_tasks(alpha)
        assert mcnemar(0, needed) <= alpha < mcnemar(0, needed - 1)


def test_flips_are_found_four_times_in_five() -> None:
    random = np.random.default_rng(6)
    share = detectable_flips(40)
    assert share is not None
    found = [mcnemar(0, int(random.binomial(40, share))) < 0.05 for _ in range(2000)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)
