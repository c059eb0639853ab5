"""What an ended job has left, whatever it says of itself."""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from midspan.dashboards.terminal.cells import counted
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.fetching import WITHDRAWN, Fetched, withdraw
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ended
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.standing import standings

CANCELED: Final = "CANCELED"
PRINTED: Final = 5
"""Last lines of its log that are shown of a job that has brought nothing."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What an ended job has left of its runs."""

    missing: tuple[str, ...]
    """Runs without a result of this job, nor a good one of an earlier job."""
    infra: int
    """Runs whose result says that they ended by no fault of the agent."""
    again: tuple[str, ...]
    """Runs to submit once more."""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """An ended job, and what is to be done about it."""

    job: KnownJob
    ended: Ended
    again: tuple[str, ...]
    """Runs to submit once more."""
    withdrawn: frozenset[str]
    """Launches whose result was taken back: `run_id-launch`."""


def settle(
    job: KnownJob,
    fetched: Fetched,
    *,
    bucket: Bucket,
    folder: SweepFolder,
    jobs: Jobs,
    say: Callable[[str], None],
    wanted: Collection[str] = (),
    whatever: bool = False,
) -> Settled:
    """Return what an ended job comes to, and say what it did not do.

    What is missing is submitted again where the job has done anything at all: one that has done
    nothing would most likely cost as much again for nothing.

    `wanted` are the runs that may be submitted again; `whatever` is for a job that ended when
    nobody looked: of it all that is not done is submitted again.
    """
    assert job.state is not None
    broken = fetched.broken_of(set(job.runs))
    withdraw(bucket, folder, broken)
    there = job.results(fetched.results_there.difference(broken))
    left = _left(job, there, folder, wanted, whatever=whatever)
    for line in _report(job, fetched, left):
        say(line)
    if left.missing and not left.again and job.state.stage != CANCELED:
        for line in jobs.last_lines(job.id, PRINTED):
            say(f"  | {line}")
        say(f"  all that it printed: midspan sweep logs {folder.root} {job.id}")
    ended = Ended(
        at_ns=time.time_ns(),
        job=job.id,
        stage=job.state.stage,
        message=job.state.message,
        seconds=job.state.seconds,
        usd=job.usd,
        results=len(there),
    )
    settled = replace(job, written=replace(job.written, ended=ended))
    return Settled(job=settled, ended=ended, again=left.again, withdrawn=frozenset(broken))


def _left(
    job: KnownJob,
    there: Collection[str],
    folder: SweepFolder,
    wanted: Collection[str],
    *,
    whatever: bool,
) -> Left:
    assert job.state is not None
    found = standings(job.runs, folder.spool)
    done = {run_id for run_id, one in found.items() if one.state == "done"}
    missing = tuple(run for run in job.runs if run not in there and run not in done)
    again: tuple[str, ...] = ()
    if whatever:
        again = tuple(run for run in job.runs if run not in done)
    elif done.intersection(there) and job.state.stage != CANCELED:
        again = missing
    return Left(
        missing=missing,
        infra=len(set(there) - done),
        again=tuple(run for run in again if run in wanted),
    )


def _report(job: KnownJob, fetched: Fetched, left: Left) -> Iterator[str]:
    assert job.state is not None
    name, stage = job.written.asked.batch, job.state.stage
    why = f" ({job.state.message})" if job.state.message else ""
    runs, missing = len(job.runs), len(left.missing)
    infra = f", {left.infra} of them infra" if left.infra else ""
    if not missing:
        have = "its run has" if runs == 1 else f"all {runs:,} runs have"
        yield f"{name}: {stage}{why}; {have} a result{infra}"
    else:
        yield (
            f"{name}: the job is {stage}{why}, and {missing} of its {counted(runs, 'run')} "
            f"{'has' if missing == 1 else 'have'} no result in the bucket{infra}"
        )
    for launch in fetched.broken_of(set(job.runs)):
        told = fetched.unreadable.get(launch) or fetched.short_of_spans[launch]
        yield f"  {launch}: {told}; kept in {WITHDRAWN}/"
    if left.again:
        yield f"  {counted(len(left.again), 'run')} to be submitted again"
