"""Fetches a whole sweep, and says what is there of what was planned."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midspan.pipelines.sweep.launchers.hf_jobs.fetching import Fetched, Tell, fetch
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.lock import LauncherThere, only_launcher
from midspan.pipelines.sweep.launchers.hf_jobs.pace import LATE
from midspan.pipelines.sweep.launchers.hf_jobs.settling import settle
from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import StoredJobs
from midspan.pipelines.sweep.standing import Counts, counted, standings
from midspan.pipelines.sweep.stored import planned_before


@dataclass(frozen=True, kw_only=True)
class FetchedSweep:
    """What came, and how the sweep stands with it."""

    fetched: Fetched
    counts: Counts
    going: int
    """Jobs that go on."""
    damaged: tuple[str, ...] = ()
    """What is to be said of the ledger."""


def fetch_sweep(
    stored: StoredJobs, *, say: Callable[[str], None], tell: Tell = lambda _done, _total: None
) -> FetchedSweep:
    """Return what came; jobs that have ended are looked through, and nothing is submitted."""
    known = stored.known()
    run_ids = {run.run_id for run in planned_before(stored.folder)}
    paid_for = {run_id for job in known for run_id in job.runs}
    fetched = fetch(stored.bucket(), stored.folder, run_ids | paid_for, tell=tell)
    going = [job for job in known if job.written.is_open]
    over = [job for job in going if job.is_over]
    if over:
        _settle(stored, [job for job in over if _is_long_over(job)], fetched, say)
    return FetchedSweep(
        fetched=fetched,
        counts=counted(standings(run_ids, stored.folder.spool)),
        going=len(going) - len(over),
        damaged=tuple(stored.ledger.damaged()),
    )


def _settle(
    stored: StoredJobs, over: Sequence[KnownJob], fetched: Fetched, say: Callable[[str], None]
) -> None:
    """Look through jobs that have ended, unless a launcher is there, which does."""
    try:
        with only_launcher(stored.folder):
            written = {job.asked.submission: job for job in stored.ledger.jobs()}
            for job in over:
                now = written[job.written.asked.submission]
                if now.ended is not None:
                    continue
                if now.submitted is None and job.written.submitted is not None:
                    stored.ledger.append(job.written.submitted)
                settled = settle(
                    job,
                    fetched,
                    bucket=stored.bucket(),
                    folder=stored.folder,
                    jobs=stored.jobs(job.written.asked),
                    say=say,
                )
                stored.ledger.append(settled.ended)
    except LauncherThere:
        return


def _is_long_over(job: KnownJob) -> bool:
    """Return whether no file of a job can still be on its way to the bucket."""
    ended = job.state.ended if job.state else None
    return ended is None or time.time() - ended > LATE
