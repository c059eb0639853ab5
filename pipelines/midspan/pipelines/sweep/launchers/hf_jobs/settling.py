"""What an ended job has left, whatever it says of itself."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from midspan.dashboards.terminal.cells import counted
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.fetching import WITHDRAWN, Fetched, withdraw
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ended
from midspan.pipelines.sweep.layout import SweepFolder

CANCELED: Final = "CANCELED"
PRINTED: Final = 5
"""Last lines of its log that are shown of a job that has brought nothing."""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """An ended job, and what is to be done about it."""

    job: KnownJob
    ended: Ended
    again: tuple[str, ...]
    """Runs to submit once more."""
    withdrawn: frozenset[str]
    """Runs whose result was taken back."""


def settle(
    job: KnownJob,
    fetched: Fetched,
    *,
    bucket: Bucket,
    folder: SweepFolder,
    jobs: Jobs,
    say: Callable[[str], None],
    submits: bool = True,
) -> Settled:
    """Return what an ended job comes to, and say what it did not do.

    What is missing is submitted again where the job has brought anything at all: one that has
    brought nothing would most likely cost as much again for nothing.
    """
    assert job.state is not None
    broken = fetched.broken_of(set(job.runs))
    withdraw(bucket, folder, broken)
    withdrawn = frozenset(name[:32] for name in broken)
    there = fetched.in_bucket.intersection(job.runs) - withdrawn
    missing = tuple(run_id for run_id in job.runs if run_id not in there)
    again = missing if submits and there and job.state.stage != CANCELED else ()
    for line in _report(job, fetched, len(missing), again=bool(again)):
        say(line)
    if missing and not again and job.state.stage != CANCELED:
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
    return Settled(job=settled, ended=ended, again=again, withdrawn=withdrawn)


def _report(job: KnownJob, fetched: Fetched, missing: int, *, again: bool) -> Iterator[str]:
    assert job.state is not None
    name, stage = job.written.asked.batch, job.state.stage
    why = f" ({job.state.message})" if job.state.message else ""
    if not missing:
        yield f"{name}: {stage}{why}; all {counted(len(job.runs), 'run')} have a result"
        return
    yield (
        f"{name}: the job is {stage}{why}, and {missing} of its {counted(len(job.runs), 'run')} "
        "have no result in the bucket"
    )
    for launch in fetched.broken_of(set(job.runs)):
        told = fetched.unreadable.get(launch, "has a result, and its spans never came")
        yield f"  {launch}: {told}; kept in {WITHDRAWN}/"
    if again:
        yield "  these are submitted again"
