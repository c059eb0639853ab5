"""What keeps revisions from being made ready on this machine, told before anything is spent."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from midspan.pipelines.servers import Home
from midspan.pipelines.servers.home import require_folder
from midspan.pipelines.servers.installing import find_pip, find_uv
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places.cache import default_cache
from midspan.pipelines.sweep.places.environments import needs_environment
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.problems import Problem
from midspan.scorers.errors import Exit, SurroundingsError
from midspan.scorers.suite import Target


def place_problems(plan: SweepPlan, _folder: SweepFolder) -> Iterator[Problem]:
    """Yield what is missing here for target and tiers of a suite; jobs bring their own."""
    if plan.suite.launch.kind != "local":
        return
    if plan.suite.target is not None:
        yield from _of_target(plan.suite.target)
    for tier_name, tier in plan.suite.tiers.items():
        for argv in tier.setup:
            if os.path.isabs(argv[0]) and not Path(argv[0]).exists():
                yield _problem(
                    f"tier {tier_name}: the setup command {argv[0]} is not on this machine",
                    "Name a program that is there, or one on the PATH of runs.",
                )


def _of_target(target: Target) -> Iterator[Problem]:
    if shutil.which("git") is None:
        yield _problem("git is not on this machine", "Install git (https://git-scm.com/downloads).")
    try:
        require_folder(default_cache())
        can_install = find_uv(Home.of_user()) is not None or find_pip() is not None
    except SurroundingsError as error:
        yield Problem.of(error)
        return
    if needs_environment(target) and not can_install:
        yield _problem(
            "neither uv nor pip is on this machine, so no revision can be installed",
            "Install uv (https://docs.astral.sh/uv/).",
        )


def _problem(what: str, fix: str) -> Problem:
    return Problem(what=what, fix=fix, exit_code=Exit.SURROUNDINGS)
