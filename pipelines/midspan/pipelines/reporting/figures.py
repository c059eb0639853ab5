"""The figures of a report, all of them made by what `midspan compare` is made by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from midspan.dashboards.report.figures import AxisComparisons, Computed, FigureTable, Reliability
from midspan.dashboards.terminal.score_families import HEADLINES
from midspan.pipelines.reporting.pivots import Pivots
from midspan.pipelines.reporting.reliability import reliability
from midspan.scorers.comparison import BY, Asked, Ground, compare
from midspan.scorers.comparison.declared import RELIABILITY
from midspan.scorers.comparison.side_figures import SideFigures
from midspan.scorers.profile import Profile
from midspan.scorers.score import Declaration

BASELINES: Final = 8
"""Values of an axis up to which each of them is taken as the baseline once."""


def computed(
    ground: Ground, pivots: Pivots, profile: Profile, known: Mapping[str, Declaration]
) -> Computed:
    """Return the figures along every axis, by variant and of all runs together."""
    asked = Asked(
        by=None,
        primary=profile.compare.primary,
        alpha=profile.compare.alpha,
        minimum_tasks=profile.compare.minimum_tasks,
        known=known,
    )
    figures: dict[str, FigureTable] = {}
    curves: dict[str, Sequence[Reliability]] = {}
    comparisons: dict[str, AxisComparisons] = {}
    for pivot, sides in pivots.sides.items():
        found = SideFigures.of(ground, sides, known)
        if pivot in BY:
            comparisons[pivot] = _comparisons(ground, pivots, found, replace(asked, by=pivot))
        figures[pivot] = _table(found)
        curves[pivot] = reliability(found)
    return Computed(figures=figures, reliability=curves, comparisons=comparisons)


def _table(found: SideFigures) -> FigureTable:
    names = sorted(name for name in found.by_score if not RELIABILITY.fullmatch(name))
    plain = [found.plain(name) for name in names]
    shared = None
    if len(found.sides.labels) > 1:
        shared = tuple(
            figures if found.is_shared(name) else found.shared(name)
            for name, figures in zip(names, plain, strict=True)
        )
    return FigureTable(
        sides=found.sides.labels,
        scores=tuple(names),
        figures=tuple(plain),
        shared=shared,
        unjudged=found.unjudged,
    )


def _comparisons(
    ground: Ground, pivots: Pivots, found: SideFigures, asked: Asked
) -> AxisComparisons:
    """Return the comparisons with each value as the baseline; all but one of the main scores."""
    first = compare(ground, found.sides, asked, found=found)
    baseline, *others = first.sides
    if len(first.sides) > BASELINES:
        reason = f"more than {BASELINES} values: midspan compare takes any of them"
        left_out = dict.fromkeys(others, reason)
        return AxisComparisons(baseline=baseline, comparisons=(first,), left_out=left_out)
    names = [name for name in HEADLINES if first.of(name) is not None]
    made = [first]
    # Most of the time would go into scores that nobody looks at against every baseline.
    for value in others:
        sides = pivots.against(str(asked.by), value)
        few = replace(asked, names=names)
        made.append(compare(ground, sides, few, found=found.in_order_of(sides)))
    reason = "primary scores and headlines alone; midspan compare has all"
    left_out = dict.fromkeys(others, reason)
    return AxisComparisons(baseline=baseline, comparisons=tuple(made), left_out=left_out)
