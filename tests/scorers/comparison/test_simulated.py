"""Whole comparisons of made-up sides, of which it is known whether they differ."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from midspan.scorers.comparison import Verdict
from tests.scorers.comparison.builders import compared, ground, run_list

TASKS, TRIALS, TIMES = 10, 6, 120

Wins = NDArray[np.int64]


def wins(random: np.random.Generator, better_by: float = 0.0) -> Wins:
    """Return the successes of each task: trials of a task are much alike."""
    chance = random.beta(0.5, 0.5, size=TASKS)
    return random.binomial(TRIALS, np.clip(chance + better_by, 0, 1))


def verdict(before: Wins, after: Wins) -> Verdict:
    sides = {"a": before, "b": after}
    rows = run_list(
        {
            side: {f"t{task}": "1" * won + "0" * (TRIALS - won) for task, won in enumerate(of_task)}
            for side, of_task in sides.items()
        }
    )
    [difference] = compared(ground(rows), names=[]).scores[0].differences
    return difference.verdict


def naive(before: Wins, after: Wins) -> bool:
    """Return whether a test that takes every run for an answer of its own sees a difference."""
    table = [[each.sum(), TASKS * TRIALS - each.sum()] for each in (before, after)]
    return bool(stats.fisher_exact(table).pvalue < 0.05)


def test_equal_sides_are_seldom_told_apart_and_counting_runs_does_so_often() -> None:
    random = np.random.default_rng(12)
    pairs = [(wins(random), wins(random)) for _ in range(TIMES)]
    seen = sum(verdict(*pair) is not Verdict.UNSEEN for pair in pairs) / TIMES
    assert seen <= 0.1
    assert sum(naive(*pair) for pair in pairs) / TIMES >= 0.2


def test_sides_that_differ_are_told_apart_and_in_the_right_direction() -> None:
    random = np.random.default_rng(13)
    found = [verdict(wins(random), wins(random, 0.7)) for _ in range(40)]
    assert found.count(Verdict.BETTER) >= 24
    assert Verdict.WORSE not in found
