"""What became of runs when a suite was changed: which are planned no more, which are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.files import load_suite
from midspan.pipelines.records import PlannedRun
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.sources import Sources, harness_files
from midspan.pipelines.sweep.standing import strangers
from midspan.pipelines.sweep.stored import planned_before
from midspan.scorers.errors import MidspanError
from midspan.scorers.suite import Harness, Suite


@dataclass(frozen=True, kw_only=True)
class Unplanned:
    """A run that left files in the spool and is planned no more."""

    run_id: str
    planned: PlannedRun | None
    """As it was planned last; None where that is not known."""


def unplanned(plan: SweepPlan, folder: SweepFolder) -> list[Unplanned]:
    """Return the runs that have files in the spool and are not in the plan."""
    before = {run.run_id: run for run in planned_before(folder)}
    found = strangers((run.run_id for run in plan.runs), folder.spool)
    known = [run_id for run_id in before if run_id in found]
    others = sorted(found - before.keys())
    return [Unplanned(run_id=run_id, planned=before.get(run_id)) for run_id in [*known, *others]]


def changed_settings(plan: SweepPlan, folder: SweepFolder) -> list[str]:
    """Return what differs from the stored suite without making other runs of those planned.

    Runs that were done before such a change stay done.
    """
    try:
        before = load_suite(folder.suite_file)
    except MidspanError:
        return []
    sides = (before, folder.suite), (plan.suite, plan.folder)
    return list(_changed(*sides))


Side = tuple[Suite, Path]


def _changed(old: Side, new: Side) -> Iterator[str]:
    yield from _of_models(old[0], new[0])
    yield from _of_harnesses(old, new)
    if old[0].target and new[0].target:
        fields = ("install", "requirements", "python")
        if differ := _differing(old[0].target, new[0].target, fields):
            yield f"target ({differ})"
    for task in new[0].tasks:
        before = old[0].task(task.id)
        if before and (differ := _differing(before, task, ("budget", "checks"))):
            yield f"task {task.id} ({differ})"


def _of_models(old: Suite, new: Suite) -> Iterator[str]:
    before = {model.name: model for model in (old.matrix.models if old.matrix else ())}
    for model in new.matrix.models if new.matrix else ():
        if model.name in before:
            fields = ("revision", "sampling", "serve")
            if differ := _differing(before[model.name], model, fields):
                yield f"model {model.name} ({differ})"


def _of_harnesses(old: Side, new: Side) -> Iterator[str]:
    for name, harness in new[0].harnesses.items():
        before = old[0].harnesses.get(name)
        if before is None or before.version != harness.version:
            continue  # other runs, then
        if before != harness:
            yield f"harness {name}"
        elif _contents(old[1], before) != _contents(new[1], harness):
            yield f"harness {name} (its files)"


def _contents(base: Path, harness: Harness) -> dict[str, bytes] | None:
    sources = Sources(base)
    try:
        return {
            file.relative_to(base).as_posix(): sources.digest(file)
            for file in harness_files(base, harness)
        }
    except MidspanError:
        return None


def _differing(old: object, new: object, fields: tuple[str, ...]) -> str:
    return ", ".join(name for name in fields if getattr(old, name) != getattr(new, name))
