"""The sweep behind the tests of a suite: planned as they are collected, run as one of them is."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from midspan.pipelines.cli.sweep.outlook_lines import change_lines
from midspan.pipelines.comparison.run_verdicts import RunVerdict, run_verdicts
from midspan.pipelines.sweep.experiment import resumed
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import judged, keys_of
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.preflight import ready_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.standing import Standing, standings
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, RunEnded, Told, work
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput

Say = Callable[[str], None]

_EVERY: Final = 10
"""Runs after which it is told how many there have been."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What came of the runs."""

    folder: SweepFolder
    verdicts: Mapping[str, RunVerdict]
    standings: Mapping[str, Standing]
    problems: Mapping[str, str]
    """Why runs could not be launched, by run."""

    @property
    def workspace(self) -> Workspace:
        """Return the tables and scores of the runs."""
        return Workspace(self.folder.workspace)

    def log_of(self, run_id: str) -> Path | None:
        """Return where it stands what the agent of a run printed."""
        known = self.standings.get(run_id)
        path = self.folder.log_of(run_id, known.launch) if known is not None else None
        return path if path is not None and path.is_file() else None


@dataclass(kw_only=True)
class Sweep:
    """A suite whose runs are done once they are needed."""

    plan: SweepPlan
    folder: SweepFolder
    _swept: Swept | None = field(default=None, init=False)

    @classmethod
    def planned(cls, suite_file: Path, *, into: str | None) -> "Sweep":
        """Return the sweep of a suite; nothing is run, and nothing is written."""
        from midspan.pipelines.files import load_suite

        folder = SweepFolder(Path(into)) if into else None
        folder = folder or SweepFolder.default(load_suite(suite_file).suite)
        return cls(
            plan=planned_sweep(suite_file, resolve=resumed(folder, resolver())), folder=folder
        )

    def swept(self, run_ids: Collection[str], *, say: Say) -> Swept:
        """Return what came of some runs; those that are not done are run first, all at once."""
        if self._swept is None:
            problems = self._done(run_ids, say)
            judged(self.folder)
            self._swept = Swept(
                folder=self.folder,
                verdicts={each.run_id: each for each in self._verdicts()},
                standings=standings(run_ids, self.folder.spool),
                problems=problems,
            )
        return self._swept

    def _done(self, run_ids: Collection[str], say: Say) -> dict[str, str]:
        """Run what is left, and return why some of it could not be launched."""
        suite_file, folder = self.plan.suite_file, self.folder
        known = standings(run_ids, folder.spool)
        left = {run_id for run_id, each in known.items() if each.state != "done"}
        plan = self.plan
        if left:
            kind = plan.suite.launch.kind
            if kind != "local":
                raise InvalidInput(
                    f"{len(left)} runs are not done, and the suite runs on {kind}",
                    fix=f"First: midspan sweep run {suite_file} --into {folder.root}",
                )
            plan, _ = ready_sweep(suite_file, into=folder.root)
        for line in change_lines(outlook(plan, folder)):
            say(f"midspan: {line}")
        store_sweep(plan, folder)
        if not left:
            return {}
        stored = stored_sweep(folder)
        at_a_time = stored.suite.launch.concurrency
        say(
            f"midspan: {len(left)} of {len(run_ids)} runs to do, {at_a_time} at a time, "
            f"in {folder.root}"
        )
        telling = _Telling(len(left), say)
        work(
            stored,
            folder,
            [run for run in stored.runs if run.run_id in left],
            concurrency=at_a_time,
            keys=keys_of(stored, os.environ),
            tell=telling,
        )
        return telling.problems

    def _verdicts(self) -> list[RunVerdict]:
        return run_verdicts(Workspace(self.folder.workspace))


@dataclass
class _Telling:
    """Says how far the runs are."""

    total: int
    say: Say
    done: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        if isinstance(event, Told):
            self.say(f"midspan: {event.text}")
        if not isinstance(event, RunEnded):
            return
        if event.problem is not None:
            self.problems[event.run.run_id] = event.problem
        if event.again:
            return
        self.done += 1
        if self.done % _EVERY == 0 or self.done == self.total:
            self.say(f"midspan: {self.done} of {self.total} runs")
