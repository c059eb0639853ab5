from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.scorers.statistics import pass_at_k, pass_hat_k

TAU_BENCH = {0: 14, 1: 12, 2: 10, 3: 4, 4: 10}
"""Of 50 airline tasks, how many had that many successes in 4 trials (gpt-4o, tau-bench)."""


def tau_bench() -> tuple[list[int], list[int]]:
    successes = [won for won, tasks in TAU_BENCH.items() for _ in range(tasks)]
    return [4] * len(successes), successes


def test_the_published_figures_of_tau_bench() -> None:
    trials, successes = tau_bench()
    figures = [round(float(np.mean(pass_hat_k(trials, successes, k))), 3) for k in (1, 2, 3, 4)]
    assert figures == [0.42, 0.273, 0.22, 0.2]
    assert round(float(np.mean(pass_at_k(trials, successes, 4))), 3) == 0.72


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_the_closed_forms(counts: tuple[int, int]) -> None:
    n, c = counts
    for k in range(1, n + 1):
        assert pass_hat_k([n], [c], k)[0] == pytest.approx(comb(c, k) / comb(n, k))
        assert pass_at_k([n], [c], k)[0] == pytest.approx(1 - comb(n - c, k) / comb(n, k))
    assert np.isnan(pass_hat_k([n], [c], n + 1)[0])


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="more successes than trials"):
        pass_hat_k([2], [3], 1)
    with pytest.raises(ValueError, match="k must be 1 or more"):
        pass_hat_k([2], [1], 0)
