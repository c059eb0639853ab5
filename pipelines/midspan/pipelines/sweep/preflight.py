"""All that can be known to be wrong before anything is spent, told at once."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from midspan.pipelines.files import load_setting, load_suite
from midspan.pipelines.sweep.checks import checks_of
from midspan.pipelines.sweep.endpoints import endpoint_problems, key_problems
from midspan.pipelines.sweep.experiment import resumed
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import Resolve, SweepPlan, at_home, identity, sweep_plan
from midspan.pipelines.sweep.problems import Check, Found, Problem
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.sources import SuiteFiles, copied_files, harness_files
from midspan.pipelines.sweep.standing import standings
from midspan.pipelines.sweep.stored import require_storable
from midspan.scorers.errors import Exit
from midspan.scorers.suite import Model, Suite

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_NEEDS: Final = ("uvicorn", "h11")


def ready_sweep(
    suite_file: Path,
    *,
    into: Path | None = None,
    experiment: str | None = None,
    resolve: Resolve | None = None,
    environ: Mapping[str, str] = os.environ,
    checks: Sequence[Check] | None = None,
) -> tuple[SweepPlan, SweepFolder]:
    """Return the plan of a suite and its directory; nothing is written.

    Without `checks` all that there are for such a plan are made.

    Raises:
        MidspanError: With everything that keeps the sweep from beginning.
    """
    plan, folder, found = examined_sweep(
        suite_file,
        into=into,
        experiment=experiment,
        resolve=resolve,
        environ=environ,
        checks=checks,
    )
    found.require_none()
    assert plan is not None
    return plan, folder


def examined_sweep(
    suite_file: Path,
    *,
    into: Path | None = None,
    experiment: str | None = None,
    resolve: Resolve | None = None,
    environ: Mapping[str, str] = os.environ,
    checks: Sequence[Check] | None = None,
) -> tuple[SweepPlan | None, SweepFolder, Found]:
    """Return the plan if there can be one, its directory, and the problems that were found.

    What only runs need that are done is not looked at.
    """
    suite = at_home(load_suite(suite_file), suite_file.parent)
    folder = SweepFolder(into) if into else SweepFolder.default(experiment or suite.suite)
    found, plan = Found(), None
    with found.collecting():
        load_setting(suite=suite_file)
    with found.collecting():
        ask = resumed(folder, resolve or resolver())
        plan = sweep_plan(suite, suite_file, experiment=experiment, resolve=ask)
    found.problems += _place_problems(folder)
    left = None
    if plan is None:
        _look_for_files(SuiteFiles(suite, suite_file), found)
    elif not _is_blocked(folder):
        with found.collecting():
            require_storable(plan, folder, SuiteFiles(suite, suite_file))
        left = _left(plan, folder)
    _look_around(suite, suite_file.parent, left, environ, found)
    if left is not None and left.runs:
        for check in checks_of(left, environ) if checks is None else checks:
            with found.collecting():
                found.problems += check(left, folder)
    found.problems = list(dict.fromkeys(found.problems))
    return (None if _is_blocked(folder) else plan), folder, found


def _left(plan: SweepPlan, folder: SweepFolder) -> SweepPlan:
    """Return the plan with only the runs that are still to be done."""
    how_far = standings((run.run_id for run in plan.runs), folder.spool)
    left = tuple(run for run in plan.runs if how_far[run.run_id].state != "done")
    return replace(plan, runs=left)


def _look_around(
    suite: Suite,
    base: Path,
    left: SweepPlan | None,
    environ: Mapping[str, str],
    found: Found,
) -> None:
    """Note what is not there of what runs need: those that are left, all without a plan."""
    names = {variant.model for variant in suite.variants}
    harnesses = {variant.harness for variant in suite.variants}
    if left is not None:
        names = {run.model.name for run in left.runs}
        identities = {run.planned.harness for run in left.runs}
        harnesses = {
            name for name in harnesses if identity(name, suite.harnesses[name]) in identities
        }
    models = [
        model for model in (suite.matrix.models if suite.matrix else ()) if model.name in names
    ]
    found.problems += key_problems(models, environ)
    if suite.launch.kind == "local":
        found.problems += endpoint_problems(models, environ)
        found.problems += _extra_problems()
        _look_for_harnesses(suite, base, sorted(harnesses), found)
    else:
        found.problems += _far_problems(suite, models)


def _look_for_files(files: SuiteFiles, found: Found) -> None:
    """Note each file that is not there; a plan tells of the first, and only once refs are right."""
    base = files.suite_file.parent
    for copy in files.copies:
        with found.collecting():
            copied_files(base, [copy])
    for harness in files.suite.harnesses.values():
        with found.collecting():
            list(harness_files(base, harness))


def _nearest(folder: SweepFolder) -> Path:
    """Return the sweep's spool, or what is there of the places above it."""
    places = [folder.spool, *folder.spool.absolute().parents]
    return next(place for place in places if place.exists())


def _is_blocked(folder: SweepFolder) -> bool:
    """Return whether a file stands where the sweep's directory belongs, or one above it."""
    return not _nearest(folder).is_dir()


def _place_problems(folder: SweepFolder) -> Iterator[Problem]:
    """Yield that the sweep's directory, or the first folder above it, cannot be written to."""
    place = _nearest(folder)
    if not place.is_dir():
        yield Problem(
            what=f"{folder.root}: cannot be made: {place} is no folder",
            fix="Name another directory: --into DIR",
        )
    elif not os.access(place, os.W_OK | os.X_OK):
        yield Problem(
            what=f"{folder.root}: cannot be written to: {place} is not yours to change",
            fix=f"Name another directory (--into DIR), or see who may: ls -ld {place}",
            exit_code=Exit.SURROUNDINGS,
        )


def _extra_problems() -> Iterator[Problem]:
    if lacking := [name for name in _PROXY_NEEDS if find_spec(name) is None]:
        yield Problem(
            what=f"runs are recorded by `midspan proxy`, which needs {', '.join(lacking)}",
            fix="pip install 'midspan[pipelines,proxy]'",
            exit_code=Exit.SURROUNDINGS,
        )


def _look_for_harnesses(suite: Suite, base: Path, names: Sequence[str], found: Found) -> None:
    from midspan.pipelines.sweep.harnesses import driver_for

    for name in names:
        with found.collecting():
            driver_for(suite.harnesses[name], name=name, folder=base).identity()


def _far_problems(suite: Suite, models: Sequence[Model]) -> Iterator[Problem]:
    """Yield what is on this machine and is needed where it cannot be reached."""
    if suite.target is not None and Path(suite.target.repository).exists():
        yield Problem(
            what=f"{suite.target.repository}: the target is a path, which no job can reach",
            fix="Push it somewhere, and give `target.repository` that address.",
        )
    for model in models:
        if model.endpoint is not None and urlsplit(model.endpoint).hostname in _LOOPBACK:
            yield Problem(
                what=f"{model.endpoint}: {model.name} is served on this machine, "
                "which no job can reach",
                fix="Serve it in the job (`serve:`), or give an address that is public.",
            )
