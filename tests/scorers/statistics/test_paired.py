from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from midspan.scorers.statistics import holm, mcnemar, sign_flip, swap


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


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)),
        min_size=1,
        max_size=6,
    )
)
def test_every_way_of_swapping_pairs_is_tried(tasks: list[tuple[int, int, int, int]]) -> None:
    def difference(swapped: tuple[int, ...]) -> float:
        sides = [
            (c, d, a, b) if turned else (a, b, c, d)
            for (a, b, c, d), turned in zip(tasks, swapped, strict=True)
        ]
        one, of, other, of_other = (sum(column) for column in zip(*sides, strict=True))
        return float(abs(other / of_other - one / of))

    every = list(product((0, 1), repeat=len(tasks)))
    here = difference(every[0])
    expected = np.mean([difference(each) >= here - 1e-9 for each in every])
    columns = np.array(tasks, dtype=float).T
    first, second = (columns[0], columns[1]), (columns[2], columns[3])
    assert swap(first, second, seed=0) == pytest.approx(expected)


def test_swapping_beyond_exact_is_near_the_sign_flip_where_all_weigh_alike() -> None:
    random = np.random.default_rng(9)
    first, ones = random.normal(size=60), np.ones(60)
    second = first + random.normal(0.3, 1, size=60)
    flipped = sign_flip(second - first, seed=0)
    assert swap((first, ones), (second, ones), seed=0) == pytest.approx(flipped, abs=0.01)


def test_draws_reach_across_the_groups_of_signs() -> None:
    """25 tasks are three groups of signs: all of them together decide."""
    differences = np.concatenate([np.full(13, 1.0), np.full(12, -1.0)])
    exact = stats.binomtest(13, 25).pvalue
    assert sign_flip(differences, seed=0) == pytest.approx(exact, abs=0.01)
    unlike = np.concatenate([np.full(19, 1.0), np.full(6, -1.0)])
    assert sign_flip(unlike, seed=0) == pytest.approx(stats.binomtest(19, 25).pvalue, abs=0.002)


def test_signs_that_are_too_many_to_keep_are_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = np.random.default_rng(3).normal(0.2, 1, size=40)
    kept = sign_flip(differences, seed=1, draws=5000)
    monkeypatch.setattr("midspan.scorers.statistics.paired._KEPT", 0)
    assert sign_flip(differences, seed=1, draws=5000) == kept != sign_flip(differences, seed=2)
