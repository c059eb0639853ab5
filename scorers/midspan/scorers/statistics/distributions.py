"""Student's t, the normal and the beta distribution, from scipy once somebody asks for one.

Its functions take a tenth of a second to import, and all of `scipy.stats` a whole one: more than a
small comparison takes.
"""


def student_quantile(share: float, freedom: int) -> float:
    """Return what a share of Student's t lies below.

    >>> round(student_quantile(0.975, 11), 3)
    2.201
    """
    from scipy import special

    return float(special.stdtrit(freedom, share))


def normal_share(reach: float) -> float:
    """Return which share of a normal distribution lies below so many standard deviations.

    >>> round(normal_share(1.96), 3)
    0.975
    """
    from scipy import special

    return float(special.ndtr(reach))


def beta_quantile(share: float, first: float, second: float) -> float:
    """Return what a share of a beta distribution lies below.

    >>> round(beta_quantile(0.8, 6, 35), 2)
    0.19
    """
    from scipy import special

    return float(special.betaincinv(first, second, share))
