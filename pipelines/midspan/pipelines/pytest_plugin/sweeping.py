"""The sweep behind the tests of a suite: planned as they are collected, run as one of them is."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from midspan.pipelines.comparison.run_verdicts import RunVerdict, run_verdicts
from midspan.pipelines.sweep.experiment import resumed
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import judged, sweep_here
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.outlook_lines import change_lines
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.standing import Standing, standings
from midspan.pipelines.sweep.stored import store_sweep
from midspan.pipelines.sweep.worker import Event, RunEnded, Told
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
            workspace = Workspace(self.folder.workspace)
            self._swept = Swept(
                folder=self.folder,
                verdicts={each.run_id: each for each in run_verdicts(workspace)},
                standings=standings(run_ids, self.folder.spool),
                problems=problems,
            )
        return self._swept

    def _done(self, run_ids: Collection[str], say: Say) -> dict[str, str]:
        """Run what is left, judge all of it, and return why some could not be launched."""
        suite_file, folder = self.plan.suite_file, self.folder
        known = standings(run_ids, folder.spool)
        left = {run_id for run_id, each in known.items() if each.state != "done"}
        telling = _Telling(len(left), say)
        if not left:
            _tell_changes(self.plan, folder, say)
            store_sweep(self.plan, folder)
            judged(folder)
            return telling.problems
        launch = self.plan.suite.launch
        if launch.kind != "local":
            raise InvalidInput(
                f"{len(left)} runs are not done, and the suite runs on {launch.kind}",
                fix=f"First: midspan sweep run {suite_file} --into {folder.root}",
            )

        def begin(plan: SweepPlan, _folder: SweepFolder) -> None:
            _tell_changes(plan, folder, say)
            say(
                f"midspan: {len(left)} of {len(run_ids)} runs to do, {launch.concurrency} at a "
                f"time, in {folder.root}"
            )

        sweep_here(suite_file, into=folder.root, run_ids=left, tell=telling, before=begin)
        return telling.problems


def _tell_changes(plan: SweepPlan, folder: SweepFolder, say: Say) -> None:
    for line in change_lines(outlook(plan, folder)):
        say(f"midspan: {line}")


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
