from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from midspan.scorers.statistics import detectable_difference, holm, mcnemar, sign_flip


@given(st.lists(st.sampled_from([-1.0, -0.4, -0.1, 0.0, 0.1, 0.3, 1.0]), max_size=8))
def test_every_pattern_of_signs_is_tried(differences: list[float]) -> None:
    sums = [
        abs(sum(d * s for d, s in zip(differences, signs, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    expected = np.mean([reached >= abs(sum(differences)) - 1e-9 for reached in sums])
    assert sign_flip(np.array(differences), seed=0) == pytest.approx(expected)


def test_beyond_exact_it_agrees_with_scipy() -> None:
    differences = np.random.default_rng(5).normal(0.6, 1, size=40)
    theirs = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1
    )
    assert sign_flip(differences, seed=0) == pytest.approx(theirs.pvalue, abs=0.01)
    assert sign_flip(np.full(40, 1.0), seed=0, draws=999) == 0.001


def test_p_is_uniform_when_nothing_differs() -> None:
    random = np.random.default_rng(11)
    found = [sign_flip(random.normal(size=12), seed=0) for _ in range(400)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_mcnemar_is_the_binomial_test_of_what_changed() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 5) == 0.0625
    assert mcnemar(4, 4) == 1.0


def test_holm() -> None:
    assert holm([]) == []
    assert holm([0.2]) == [0.2]
    assert holm([0.01, 0.02, 0.03, 0.005]) == [0.03, 0.04, 0.04, 0.02]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_holm_keeps_the_error_of_the_family() -> None:
    random = np.random.default_rng(2)
    families = random.uniform(size=(2000, 5))
    wrong = sum(min(holm(list(family))) < 0.05 for family in families) / 2000
    assert wrong == pytest.approx(0.05, abs=0.015)


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
