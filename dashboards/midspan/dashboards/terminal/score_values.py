"""Values of scores as their unit wants them: shares in percent, long tails by their median."""

from collections.abc import Mapping
from typing import Any, Final

from midspan.dashboards.terminal.cells import NOTHING, number, percent
from midspan.scorers.comparison.declared import POOLED
from midspan.scorers.score import Better, Declaration

SHARES: Final = frozenset({"share", "0/1"})
MEDIANS: Final = frozenset({"tokens", "seconds", "USD"})
"""Units of which a few runs have a hundred times the rest: the median says what is usual."""

ARROWS: Final = {Better.HIGHER: "↑", Better.LOWER: "↓", Better.NEITHER: ""}


def medians(declared: Mapping[str, Declaration]) -> list[str]:
    """Return the scores of which the median is shown."""
    return [name for name, what in declared.items() if what.unit in MEDIANS]


def value(amount: float | None, declared: Declaration | None) -> str:
    """Return the value of one row, or of many together."""
    if amount is None:
        return NOTHING
    unit = declared.unit if declared else None
    if unit in SHARES:
        return percent(amount)
    if unit == "seconds":
        return duration(amount)
    return f"{number(amount)} $" if unit == "USD" else number(amount)


def lasting(begun_ns: int, ended_ns: int) -> str:
    """Return how long something took."""
    return duration((ended_ns - begun_ns) / 1e9)


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> duration(0.004), duration(0.18), duration(12.34), duration(0.0), duration(0.0002)
    ('4 ms', '0.18 s', '12.3 s', '0 s', '200 µs')
    """
    if 0 < abs(seconds) < 0.001:
        return f"{1e6 * seconds:.0f} µs"
    if 0 < abs(seconds) < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if abs(seconds) < 10:
        return f"{seconds:.2f} s" if seconds else "0 s"
    return f"{seconds:,.1f} s"


def over_runs(line: dict[str, Any], declared: Declaration | None) -> tuple[str, str]:
    """Return the value of a score over runs, and which: mean, median or pooled."""
    which = "mean"
    if line["name"] in POOLED and line["pooled"] is not None:
        which = "pooled"
    elif line["median"] is not None and declared is not None and declared.unit in MEDIANS:
        which = "median"
    return value(line[which], declared), which if line[which] is not None else ""
