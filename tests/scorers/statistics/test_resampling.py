"""Sums over tasks drawn anew: the same as written out, however many tasks there are."""

import numpy as np
import pytest

from midspan.scorers.statistics.resampling import draws, product, resampled


@pytest.mark.parametrize(("tasks", "columns"), [(1, 1), (48, 1), (48, 2), (84, 200), (12_000, 1)])
def test_a_product_in_parts_is_the_product(tasks: int, columns: int) -> None:
    random = np.random.default_rng(0)
    weights = random.integers(0, 9, (301, tasks)).astype(np.float64)
    of_tasks = random.integers(-99, 99, (tasks, columns)).astype(np.float64)
    assert np.array_equal(product(weights, of_tasks), weights @ of_tasks)


def test_a_product_of_no_resamples_is_empty() -> None:
    assert product(np.ones((0, 3)), np.ones((3, 2))).shape == (0, 2)


def test_sums_are_those_of_the_tasks_that_were_drawn() -> None:
    columns = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    drawn = np.concatenate(list(draws(3, 7, 500)))
    assert np.all(drawn.sum(axis=1) == 3)
    sums = resampled(columns, seed=7, resamples=500)
    assert np.array_equal(sums[:, 0], drawn @ columns[:, 0])
    assert np.array_equal(sums[:, 1], 10 * sums[:, 0])
