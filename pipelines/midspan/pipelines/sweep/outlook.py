"""What is ahead of a sweep: its runs and how far they are, jobs and cost, what is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from midspan.pipelines.sweep.batches import Batch, batches
from midspan.pipelines.sweep.changes import Changed, Unplanned, changed_since, unplanned
from midspan.pipelines.sweep.cost import Estimate, estimate
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.matrix import cells_frame, factors
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.selection import selected
from midspan.pipelines.sweep.standing import Counts, Standing, counted, standings
from midspan.pipelines.sweep.under_way import runs_under_way

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A plan beside what is there."""

    plan: SweepPlan
    """With the runs that are meant."""
    planned: int
    """How many runs the suite plans, meant or not."""
    folder: SweepFolder
    standings: Mapping[str, Standing]
    estimate: Estimate
    under_way: int
    """How many of the runs to do a worker on this machine is at."""
    unplanned: tuple[Unplanned, ...]
    """Runs that left files, and are in no plan any more."""
    changed: Changed
    """What was changed since runs that are done, without making others of them."""

    @property
    def counts(self) -> Counts:
        """How many runs are how far."""
        return counted(self.standings)

    @cached_property
    def cells(self) -> "pl.DataFrame":
        """A row a cell."""
        return cells_frame(self.plan, self.standings)

    @property
    def problems(self) -> tuple[str, ...]:
        """Records that could not be read: their launches count as ended by the platform."""
        return tuple(one.problem for one in self.standings.values() if one.problem)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        counts, cost, launch = self.counts, self.estimate, self.plan.suite.launch
        return {
            "suite": self.plan.suite.suite,
            "experiment": self.plan.experiment,
            "into": str(self.folder.root),
            "matrix": factors(self.plan),
            "runs": {
                "planned": counts.planned,
                "done": counts.done,
                "again": counts.again,
                "missing": counts.missing,
                "to_do": counts.to_do,
                "under_way": self.under_way,
            },
            "cells": self.cells.to_dicts(),
            "revisions": [
                {"name": one.label, "ref": one.ref, "sha": one.sha} for one in self.plan.revisions
            ],
            "launch": {
                "kind": launch.kind,
                "flavor": launch.hf_jobs.flavor if launch.hf_jobs else None,
                "jobs": cost.jobs if launch.kind == "hf-jobs" else None,
                "most_minutes": cost.most_minutes,
                "expected_minutes": cost.expected_minutes,
                "usd_per_minute": cost.price_per_minute,
                "most_usd": cost.most_usd,
                "expected_usd": cost.expected_usd,
            },
            "no_longer_planned": [one.run_id for one in self.unplanned],
            "changed_settings": list(self.changed.names),
            "unreadable": list(self.problems),
        }


def outlook(
    plan: SweepPlan,
    folder: SweepFolder,
    *,
    prices: Mapping[str, float] | None = None,
    only: Sequence[str] = (),
) -> Outlook:
    """Return what is ahead of a sweep; `prices` are USD a minute, by flavor of hardware.

    With `only`, some of the runs are counted alone, as `selected` takes them.
    """
    whole, plan = plan, replace(plan, runs=tuple(selected(plan, only)))
    found = standings((run.run_id for run in plan.runs), folder.spool)
    claimed = runs_under_way(folder.claims)
    return Outlook(
        plan=plan,
        planned=len(whole.runs),
        folder=folder,
        standings=found,
        estimate=_estimate(plan, found, prices or {}),
        under_way=sum(found[run].state != "done" for run in claimed if run in found),
        unplanned=tuple(unplanned(whole, folder)),
        changed=changed_since(plan, folder, found),
    )


def _estimate(
    plan: SweepPlan, found: Mapping[str, Standing], prices: Mapping[str, float]
) -> Estimate:
    launch = plan.suite.launch
    if launch.kind == "local" or launch.hf_jobs is None:
        here = Batch(name="local", model="", revision=None, runs=plan.runs)
        return estimate([here], found, at_a_time=launch.concurrency)
    return estimate(
        batches(plan.runs, launch.per),
        found,
        timeout=launch.hf_jobs.timeout,
        price_per_minute=prices.get(launch.hf_jobs.flavor),
        at_a_time=launch.hf_jobs.concurrency,
    )
