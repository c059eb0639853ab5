"""Checks of a plan that other parts know how to make; none of them makes or changes anything."""

import os
from collections.abc import Mapping

from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.problems import Check


def checks_of(plan: SweepPlan, environ: Mapping[str, str] = os.environ) -> list[Check]:
    """Return what has to be looked at besides: engines, places, and the Hub where jobs run."""
    from midspan.pipelines.sweep.places import place_problems
    from midspan.pipelines.sweep.serving.checking import serving_check

    checks: list[Check] = [place_problems, serving_check(environ)]
    if plan.suite.launch.kind == "hf-jobs":
        from midspan.pipelines.sweep.launchers.hf_jobs.preflight import hub_problems

        checks.append(hub_problems)
    return checks
