"""How small a difference these tasks and trials could have shown."""

from math import ceil, log2

from midspan.scorers.statistics.distributions import beta_quantile, student_quantile


def detectable(
    error: float, tasks: int, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the smallest true difference of that standard error that would be found this often.

    Found means p < alpha in a paired test over so many tasks. None where it cannot be told: of too
    few tasks no pattern of signs is rare enough, and where nothing varies the spread is unknown,
    not zero.

    >>> round(detectable(0.1, 12), 3), detectable(0.1, 5), detectable(0.0, 12)
    (0.308, None, None)
    """
    if tasks < fewest_tasks(alpha) or not error > 0:
        return None
    freedom = tasks - 1
    return error * (student_quantile(1 - alpha / 2, freedom) + student_quantile(power, freedom))


def detectable_flips(tasks: int, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """Return which share of tasks must change, all the same way, to be found this often.

    What a comparison of yes-or-no results can show at best, one trial a task.

    >>> round(detectable_flips(40), 2), detectable_flips(5)
    (0.19, None)
    """
    needed = fewest_tasks(alpha)
    if tasks < needed:
        return None
    # P(at least `needed` of the tasks change) is the beta distribution at the share.
    return beta_quantile(power, needed, tasks - needed + 1)


def fewest_tasks(alpha: float) -> int:
    """Return how many tasks must differ, all the same way, for a two-sided p of at most alpha.

    >>> fewest_tasks(0.05), fewest_tasks(0.05 / 3)
    (6, 7)
    """
    return ceil(1 - log2(alpha))
