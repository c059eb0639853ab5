"""What a comparison can show, against how often it does in simulations."""

import numpy as np
import pytest

from midspan.scorers.statistics import (
    detectable,
    detectable_flips,
    fewest_tasks,
    mcnemar,
    sign_flip,
)


@pytest.mark.parametrize(("tasks", "alpha"), [(8, 0.05), (12, 0.05 / 2), (16, 0.05)])
def test_the_detectable_difference_is_found_four_times_in_five(tasks: int, alpha: float) -> None:
    """By the very test that compares; half of it is found much more seldom."""
    random = np.random.default_rng(4)
    true = detectable(0.4 / np.sqrt(tasks), tasks, alpha=alpha)
    assert true is not None

    def found(difference: float) -> float:
        drawn = random.normal(difference, 0.4, size=(300, tasks))
        return float(np.mean([sign_flip(each, seed=0) < alpha for each in drawn]))

    assert found(true) == pytest.approx(0.8, abs=0.07)
    assert found(true / 2) < 0.5


def test_of_too_few_tasks_and_of_no_spread_nothing_tells() -> None:
    assert detectable(0.1, 1) is None
    assert detectable(0.1, 5) is None
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
