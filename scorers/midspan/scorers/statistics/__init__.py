"""Statistics over tasks and trials: reliability, intervals, paired tests, power."""

from midspan.scorers.statistics.bootstrap import (
    bootstrap_mean,
    bootstrap_median,
    bootstrap_ratio,
    bootstrap_ratio_difference,
)
from midspan.scorers.statistics.intervals import (
    Estimate,
    mean_over_tasks,
    share_over_tasks,
    standard_error,
)
from midspan.scorers.statistics.paired import holm, mcnemar, sign_flip, swap
from midspan.scorers.statistics.power import detectable, detectable_flips, fewest_tasks
from midspan.scorers.statistics.reliability import pass_at_k, pass_hat_k

__all__ = [
    "Estimate",
    "bootstrap_mean",
    "bootstrap_median",
    "bootstrap_ratio",
    "bootstrap_ratio_difference",
    "detectable",
    "detectable_flips",
    "fewest_tasks",
    "holm",
    "mcnemar",
    "mean_over_tasks",
    "pass_at_k",
    "pass_hat_k",
    "share_over_tasks",
    "sign_flip",
    "standard_error",
    "swap",
]
