"""Runs whose checks were changed after they were done: their answers are judged again.

What a run left in its directory is gone with that. A changed check that reads it is not known to
hold: the run is unscored until it is run anew.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.checks import run_checks
from midspan.pipelines.records import CheckResult, ResultRecord, read_result, write_result
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.history import Past, past_of
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan, SweepRun
from midspan.pipelines.sweep.settings import checks_of
from midspan.pipelines.sweep.standing import Standing, standings
from midspan.scorers.suite import Check, CommandCheck, FileCheck, StateCheck

CANNOT: Final = (
    "changed since the run was done, whose directory is gone: only a new run can answer it"
)
"""What is said of a check that nothing is left to answer."""


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """A run that is done, and was judged by other checks than its task has now."""

    run: SweepRun
    launch: int
    checks: Mapping[str, str]
    """Digests of those that it was judged by."""

    @property
    def unanswerable(self) -> tuple[str, ...]:
        """The checks of now that read the run's directory, and were none of its own."""
        known = set(self.checks.values())
        digests = checks_of(self.run.task.checks)
        return tuple(
            check.id
            for check in self.run.task.checks
            if _reads_directory(check) and digests[check.id] not in known
        )


def outdated(plan: SweepPlan, past: Past, found: Mapping[str, Standing]) -> Iterator[Outdated]:
    """Yield the runs of a plan that were judged by other checks."""
    now = {task.id: checks_of(task.checks) for task in plan.suite.tasks}
    for run in plan.runs:
        standing = found[run.run_id]
        before = past.of(standing) if standing.state == "done" else None
        checks = before.checks.get(run.task.id) if before is not None else None
        if checks is not None and checks != now[run.task.id]:
            yield Outdated(run=run, launch=standing.launch, checks=checks)


def judged_again(plan: SweepPlan, folder: SweepFolder) -> dict[Path, Path]:
    """Return the records in the spool that others take the place of in tables, with these.

    The spool itself is left as it is: when the checks are what they were, so are the results.
    """
    with explained(folder.judged):
        shutil.rmtree(folder.judged, ignore_errors=True)
        found = standings((run.run_id for run in plan.runs), folder.spool)
        instead: dict[Path, Path] = {}
        for each in outdated(plan, past_of(folder), found):
            folder.judged.mkdir(exist_ok=True)
            path = folder.result_of(each.run.run_id, each.launch)
            record = read_result(path)
            again = msgspec.structs.replace(record, checks=_results(each, record))
            instead[path] = write_result(folder.judged, again)
    return instead


def _results(outdated: Outdated, record: ResultRecord) -> list[CheckResult]:
    ids = {digest: id_ for id_, digest in outdated.checks.items()}
    recorded = {result.id: result for result in record.checks}
    digests = checks_of(outdated.run.task.checks)
    results = []
    for check in outdated.run.task.checks:
        known = recorded.get(ids.get(digests[check.id], ""))
        if known is not None:
            results.append(msgspec.structs.replace(known, id=check.id))
        elif _reads_directory(check):
            results.append(CheckResult(id=check.id, kind=check.kind, detail=CANNOT))
        else:
            results += run_checks([check], answer=record.answer, directory=Path())
    return results


def _reads_directory(check: Check) -> bool:
    return isinstance(check, FileCheck | StateCheck | CommandCheck)
