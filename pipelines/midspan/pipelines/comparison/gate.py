"""Holds a workspace against the gate of a profile: whether a change may go in."""

from collections.abc import Sequence

from midspan.pipelines.comparison.compare import ground_of, require_scores, sides_of
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Asked, compare
from midspan.scorers.comparison.gate import gate
from midspan.scorers.comparison.gate_result import GateResult
from midspan.scorers.comparison.regression_set import regression_readings
from midspan.scorers.comparison.sides import without_baseline
from midspan.scorers.plugins import declarations
from midspan.scorers.profile import Profile
from midspan.scorers.score import Declarations


def gate_workspaces(
    workspaces: Sequence[Workspace],
    profile: Profile,
    *,
    by: str | None = None,
    baseline: str | None = None,
    floors_only: bool = False,
) -> GateResult:
    """Return whether runs pass the gate of a profile, against a baseline.

    With `floors_only` nothing is compared: every variant of the workspaces is held to the floors
    and to the bar of the regression set.
    """
    asked = profile.gate
    ground = ground_of(workspaces)
    known = declarations(profile)
    fix = "Mend the name in the profile's `gate`, or score the runs first."
    require_scores([*asked.floors, *asked.no_regression], ground, known, fix=fix)
    if floors_only:
        sides = without_baseline(ground.cells, by=by)
    else:
        sides = sides_of(workspaces, ground, by=by, baseline=baseline)
    comparison = compare(ground, sides, _asked(profile, known, by, floors_only=floors_only))
    k = asked.regression_set.pass_hat if asked.regression_set else 1
    readings = regression_readings(ground.cells, sides, k)
    return gate(comparison, asked, readings, baselines=not floors_only)


def _asked(profile: Profile, known: Declarations, by: str | None, *, floors_only: bool) -> Asked:
    """Return the comparison that a gate needs: what may not regress is tested together."""
    return Asked(
        by=by,
        primary=[] if floors_only else list(profile.gate.no_regression),
        names=list(profile.gate.floors),
        alpha=profile.compare.alpha,
        minimum_tasks=profile.compare.minimum_tasks,
        known=known,
    )
