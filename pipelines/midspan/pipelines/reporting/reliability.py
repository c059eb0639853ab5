"""How sides fare when some of their trials are drawn: the curves of pass@k and pass^k."""

from collections.abc import Mapping, Sequence
from typing import Final

from midspan.dashboards.report.figures import Reliability
from midspan.scorers.comparison import Figure
from midspan.scorers.comparison.figures import MOST_TRIALS
from midspan.scorers.comparison.side_figures import SideFigures
from midspan.scorers.statistics import Estimate

TRIALS: Final = (*range(1, 9), 12, 16, 24, MOST_TRIALS)
"""Numbers of trials that are drawn, as far as there are so many: a curve needs no more points."""

Curve = Sequence[Sequence[Figure]]
"""By k, then side."""

_KINDS: Final = ("pass_at", "pass_hat")


def reliability(figures: SideFigures) -> Sequence[Reliability]:
    """Return the curves of each side; none where no task has checks."""
    drawn = [k for k in TRIALS if f"pass_at_{k}" in figures.by_score]
    if not drawn:
        return ()
    plain: dict[str, Curve] = {
        kind: [figures.plain(f"{kind}_{k}") for k in drawn] for kind in _KINDS
    }
    shared = _shared(figures, plain, drawn) if len(figures.sides.labels) > 1 else None
    tasks = [figure.tasks for figure in plain["pass_at"][0]]
    return [
        Reliability(
            side=label,
            k=tuple(drawn),
            pass_at=_of(plain["pass_at"], side),
            pass_hat=_of(plain["pass_hat"], side),
            left_out=tuple(tasks[side] - curve[side].tasks for curve in plain["pass_at"]),
            tasks=tasks[side],
            shared={kind: _of(curve, side) for kind, curve in shared.items()} if shared else None,
        )
        for side, label in enumerate(figures.sides.labels)
    ]


def _shared(
    figures: SideFigures, plain: Mapping[str, Curve], drawn: Sequence[int]
) -> dict[str, Curve]:
    """Return the curves over the tasks that all sides did as often."""
    return {
        kind: [
            plain[kind][at] if figures.is_shared(name) else figures.shared(name)
            for at, name in enumerate(f"{kind}_{k}" for k in drawn)
        ]
        for kind in _KINDS
    }


def _of(curve: Curve, side: int) -> tuple[Estimate | None, ...]:
    return tuple(figures[side].estimate for figures in curve)
