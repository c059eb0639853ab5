"""Quantiles are those of scipy.stats, which takes too long to import to be asked for them."""

import subprocess
import sys

import pytest
from scipy import stats

from midspan.scorers.statistics import detectable, detectable_flips, fewest_tasks
from midspan.scorers.statistics.intervals import quantile


@pytest.mark.parametrize("tasks", [2, 3, 12, 84, 5000])
def test_a_quantile_is_that_of_students_t(tasks: int) -> None:
    assert quantile(0.95, tasks) == float(stats.t.ppf(0.975, tasks - 1))
    if tasks >= fewest_tasks(0.05):
        reach = stats.t.ppf(0.975, tasks - 1) + stats.t.ppf(0.8, tasks - 1)
        assert detectable(0.1, tasks) == 0.1 * float(reach)
        needed = fewest_tasks(0.05)
        flips = float(stats.beta.ppf(0.8, needed, tasks - needed + 1))
        assert detectable_flips(tasks) == flips


def test_figures_do_without_all_of_scipy_stats() -> None:
    program = (
        "import sys, numpy; from midspan.scorers.statistics import bootstrap_mean, detectable;"
        "bootstrap_mean(numpy.arange(9.0), seed=0); detectable(0.1, 9);"
        "print('scipy.stats' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"
