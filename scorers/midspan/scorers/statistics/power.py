"""How small a difference these tasks and trials could have shown."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats


def detectable_difference(
    differences: NDArray[np.float64], *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the smallest true difference that would be found this often; None below two tasks.

    Found means p < alpha in a paired test over tasks whose differences spread as these do.

    >>> round(detectable_difference(np.array([0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2])), 3)
    0.246
    """
    tasks = len(differences)
    if tasks < 2:
        return None
    error = float(np.std(differences, ddof=1) / np.sqrt(tasks))
    freedom = tasks - 1
    return error * float(stats.t.ppf(1 - alpha / 2, freedom) + stats.t.ppf(power, freedom))
