"""Fetches a whole sweep, and says what is there of what was planned."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midspan.pipelines.sweep.launchers.hf_jobs.fetching import Fetched, Tell, fetch
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.launching import LATE
from midspan.pipelines.sweep.launchers.hf_jobs.lock import LauncherThere, only_launcher
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


def fetch_sweep(
    stored: StoredJobs, *, say: Callable[[str], None], tell: Tell = lambda _done, _total: None
) -> FetchedSweep:
    """Return what came; jobs that have ended are looked through, and nothing is submitted."""
    known = stored.known()
    run_ids = {run.run_id for run in planned_before(stored.folder)}
    fetched = fetch(stored.bucket(), stored.folder, run_ids, tell=tell)
    going = [job for job in known if job.written.is_open]
    over = [job for job in going if job.is_over]
    if over:
        _settle(stored, [job for job in over if _is_long_over(job)], fetched, say)
    return FetchedSweep(
        fetched=fetched,
        counts=counted(standings(run_ids, stored.folder.spool)),
        going=len(going) - len(over),
    )


def _settle(
    stored: StoredJobs, over: Sequence[KnownJob], fetched: Fetched, say: Callable[[str], None]
) -> None:
    """Look through jobs that have ended, unless a launcher is there, which does."""
    try:
        with only_launcher(stored.folder):
            for job in over:
                settled = settle(
                    job,
                    fetched,
                    bucket=stored.bucket(),
                    folder=stored.folder,
                    jobs=stored.jobs(job.written.asked),
                    say=say,
                    submits=False,
                )
                stored.ledger.append(settled.ended)
    except LauncherThere:
        return


def _is_long_over(job: KnownJob) -> bool:
    """Return whether no file of a job can still be on its way to the bucket."""
    ended = job.state.ended if job.state else None
    return ended is None or time.time() - ended > LATE
