"""Whether variants differ, and how sure that is."""

from midspan.scorers.comparison.compare import Asked, compare
from midspan.scorers.comparison.ground import Ground
from midspan.scorers.comparison.result import (
    Comparison,
    Difference,
    Figure,
    ScoreComparison,
    Verdict,
)
from midspan.scorers.comparison.sides import BY, Sides, one_workspace, two_workspaces

__all__ = [
    "BY",
    "Asked",
    "Comparison",
    "Difference",
    "Figure",
    "Ground",
    "ScoreComparison",
    "Sides",
    "Verdict",
    "compare",
    "one_workspace",
    "two_workspaces",
]
