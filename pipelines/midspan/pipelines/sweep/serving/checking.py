"""What keeps the models of a sweep from being served, told before anything is started."""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from midspan.pipelines.sweep.serving.serving import ENGINES
from midspan.pipelines.sweep.serving.variables import server_variables
from midspan.pipelines.sweep.serving.weights import weights_of

if TYPE_CHECKING:
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.plan import SweepPlan
    from midspan.pipelines.sweep.problems import Check, Problem


def serving_check(variables: Mapping[str, str] = os.environ) -> "Check":
    """Return the check of a plan: parsers always, programs and weights where they run here."""
    # Planning is slow to import, and whoever serves does not plan.
    from midspan.pipelines.sweep.problems import Found

    def check(plan: "SweepPlan", folder: "SweepFolder") -> "Iterator[Problem]":
        here = plan.suite.launch.kind == "local"
        found = Found()
        for model in {run.model.name: run.model for run in plan.runs}.values():
            if model.serve is None:
                continue
            engine = ENGINES[model.serve.engine]
            with found.collecting():
                engine.settings(model)
            if here:
                with found.collecting():
                    engine.executable(server_variables(variables))
                with found.collecting():
                    weights_of(model, variables)
        yield from dict.fromkeys(found.problems)

    return check
