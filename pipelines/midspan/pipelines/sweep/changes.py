"""What became of runs when a suite was changed: which are planned no more, which are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from midspan.pipelines.records import PlannedRun
from midspan.pipelines.sweep.history import past_of
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.rejudging import Outdated, outdated
from midspan.pipelines.sweep.settings import differing, settings_of
from midspan.pipelines.sweep.standing import Standing, strangers
from midspan.pipelines.sweep.stored import planned_before


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


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What was changed since runs were done that still count, and how many they are."""

    settings: tuple[str, ...]
    """Without checks."""
    runs: int
    outdated: tuple[Outdated, ...]
    """Runs that were judged by other checks."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that was changed."""
        return (*self.settings, *(f"task {task} (checks)" for task in self.tasks))

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks whose checks were changed."""
        return tuple(dict.fromkeys(each.run.task.id for each in self.outdated))


def changed_since(plan: SweepPlan, folder: SweepFolder, found: Mapping[str, Standing]) -> Changed:
    """Return how the settings that runs were done under differ from those of the plan.

    Such a change makes no other runs of them: they stay done, and stand beside others.
    """
    now, past = settings_of(plan.suite, plan.folder), past_of(folder)
    names: dict[str, None] = {}
    runs = 0
    for run in plan.runs:
        standing = found[run.run_id]
        before = past.of(standing) if standing.state == "done" else None
        differ = list(differing(run, before, now)) if before is not None else []
        names |= dict.fromkeys(differ)
        runs += bool(differ)
    judged = tuple(outdated(plan, past, found))
    return Changed(settings=tuple(names), runs=runs, outdated=judged)
