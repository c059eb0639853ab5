"""Figures of a report as they were computed: by side, with and without shared tasks only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from midspan.scorers.comparison import Comparison, Figure
from midspan.scorers.comparison.result import plain
from midspan.scorers.statistics import Estimate

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """What every side of a pivot comes to."""

    sides: tuple[str, ...]
    scores: tuple[str, ...]
    figures: tuple[tuple[Figure, ...], ...]
    """By score, then side."""
    shared: tuple[tuple[Figure, ...], ...] | None = None
    """The same over the tasks that all sides did; None where there is one side."""
    unjudged: tuple[int, ...]
    """By side: runs that count, and of which nobody can tell how well they did."""

    def as_dict(self) -> Json:
        """Return all of it in plain values."""
        return {
            "sides": self.sides,
            "scores": self.scores,
            "figures": plain(self.figures),
            "shared": plain(self.shared),
            "unjudged": self.unjudged,
        }

    def of(self, score: str) -> Sequence[Figure]:
        """Return the figures of a score by side; none where no run has it."""
        return self.figures[self.scores.index(score)] if score in self.scores else ()


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How a side fares when some of its trials are drawn: any of them, all of them."""

    side: str
    k: tuple[int, ...]
    pass_at: tuple[Estimate | None, ...]
    pass_hat: tuple[Estimate | None, ...]
    left_out: tuple[int, ...]
    """Tasks with fewer than k trials."""
    tasks: int
    shared: Mapping[str, Sequence[Estimate | None]] | None = None

    def as_dict(self) -> Json:
        """Return all of it in plain values."""
        told: Json = plain(self)
        if self.shared is not None:
            told["shared"] = {kind: plain(tuple(each)) for kind, each in self.shared.items()}
        return told


@dataclass(frozen=True, kw_only=True)
class AxisComparisons:
    """The comparisons along an axis, one for each baseline."""

    baseline: str
    """The one that is taken if none is named."""
    comparisons: tuple[Comparison, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Baselines without a comparison, or with one of few scores, and why."""

    def as_dict(self) -> Json:
        """Return all of it in plain values."""
        return {
            "baseline": self.baseline,
            "comparisons": [each.as_dict() for each in self.comparisons],
            "left_out": [
                {"baseline": name, "reason": reason} for name, reason in self.left_out.items()
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Computed:
    """Every figure of a report that a page cannot compute by itself."""

    figures: Mapping[str, FigureTable]
    """By pivot: `all`, `variant`, and axes with two values or more."""
    reliability: Mapping[str, Sequence[Reliability]]
    comparisons: Mapping[str, AxisComparisons]
