from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from midspan.scorers.statistics import (
    Estimate,
    bootstrap_mean,
    bootstrap_median,
    bootstrap_ratio,
    bootstrap_ratio_difference,
    mean_over_tasks,
    pass_hat_k,
    share_over_tasks,
)
from midspan.scorers.statistics.resampling import draws

Numbers = NDArray[np.float64]


def coverage(interval: Callable[[], Estimate], truth: float, times: int = 400) -> float:
    ends = [(each.low, each.high) for each in (interval() for _ in range(times))]
    return (
        sum(low is not None and high is not None and low <= truth <= high for low, high in ends)
        / times
    )


@pytest.mark.parametrize("tasks", [6, 12, 40])
def test_intervals_of_few_tasks_are_wide_enough_and_plain_percentiles_are_not(tasks: int) -> None:
    random = np.random.default_rng(tasks)
    found = coverage(lambda: bootstrap_mean(random.normal(size=tasks), seed=0, resamples=1000), 0.0)
    assert 0.92 <= found <= 0.98
    if tasks == 6:
        plain = [
            stats.bootstrap(
                (random.normal(size=6),), np.mean, n_resamples=500, method="percentile", rng=0
            )
            for _ in range(300)
        ]
        inside = [one.confidence_interval.low <= 0 <= one.confidence_interval.high for one in plain]
        assert np.mean(inside) < 0.92


def test_the_interval_of_pass_hat_of_tau_bench() -> None:
    won = np.repeat([0, 1, 2, 3, 4], [14, 12, 10, 4, 10])
    found = bootstrap_mean(pass_hat_k(np.full(50, 4), won, 4), seed=0)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.1, 0.32), abs=0.011)


def test_a_ratio_and_its_interval() -> None:
    random = np.random.default_rng(3)

    def ratio() -> Estimate:
        wins = random.binomial(5, 0.6, size=30).astype(float)
        return bootstrap_ratio(100 * wins + random.normal(200, 40, 30), wins, seed=0, resamples=800)

    assert 0.91 <= coverage(ratio, (100 * 3 + 200) / 3) <= 0.985


def test_a_ratio_without_limit() -> None:
    totals, wins = np.full(4, 10.0), np.array([1.0, 0.0, 0.0, 0.0])
    found = bootstrap_ratio(totals, wins, seed=0)
    assert (found.value, found.high) == (40.0, None)
    assert found.low is not None
    with pytest.raises(ValueError, match="nothing stands in the denominator"):
        bootstrap_ratio(totals, np.zeros(4), seed=0)


def test_a_difference_of_ratios_pairs_the_tasks() -> None:
    random = np.random.default_rng(5)
    base = random.normal(1000, 300, size=30)
    ones = np.ones(30)
    paired = bootstrap_ratio_difference((base, ones), (base + 10, ones), seed=0)
    assert (paired.value, paired.low, paired.high) == pytest.approx((10, 10, 10))
    apart = bootstrap_ratio_difference((base, ones), (base[::-1] + 10, ones), seed=0)
    assert apart.low is not None
    assert apart.low < -50


def test_draws_are_as_many_as_there_are_tasks_and_the_same_each_time() -> None:
    first = np.concatenate(list(draws(7, 1, 500)))
    assert first.shape == (500, 7)
    assert set(first.sum(axis=1)) == {7.0}
    assert first.mean(axis=0) == pytest.approx(1, abs=0.15)
    assert np.array_equal(first, np.concatenate(list(draws(7, 1, 500))))
    assert not np.array_equal(first, np.concatenate(list(draws(7, 2, 500))))


def test_more_draws_than_are_kept_come_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midspan.scorers.statistics.resampling._KEPT", 10)
    monkeypatch.setattr("midspan.scorers.statistics.resampling._AT_ONCE", 300)
    assert [block.shape for block in draws(30, 0, 25)] == [(10, 30), (10, 30), (5, 30)]


def test_means_differ_by_seed_alone() -> None:
    values = np.random.default_rng(1).normal(10, 2, size=80)
    one, same, other = (bootstrap_mean(values, seed=seed) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("given", [[], [1.0, float("nan")], [1.0, float("inf")]])
def test_what_is_no_number_is_refused(given: list[float]) -> None:
    values = np.array(given)
    for function in (
        mean_over_tasks,
        lambda each: share_over_tasks(each, each),
        lambda each: bootstrap_mean(each, seed=0),
        lambda each: bootstrap_median(each, np.arange(len(each)), seed=0),
        lambda each: bootstrap_ratio(each, each, seed=0),
    ):
        with pytest.raises(ValueError, match=r"no task|not finite"):
            function(values)
