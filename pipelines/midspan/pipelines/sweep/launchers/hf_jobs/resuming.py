"""What became of jobs whose launcher was killed between asking the Hub and writing it down."""

import time

from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import JobState
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ledger, LedgerJob, Refused, Submitted


def made_certain(ledger: Ledger, jobs: Jobs) -> list[LedgerJob]:
    """Return the jobs of the ledger, none of which is uncertain any longer.

    Only for who holds the sweep as its launcher: what another one is asking for right now looks
    just like what was never asked for.
    """
    uncertain = [job.asked.submission for job in ledger.jobs() if job.is_uncertain]
    for submission in uncertain:
        found = jobs.of_submission_in_time(submission)
        line = submitted(submission, found[0]) if found else refused(submission, _NEVER)
        ledger.append(line)
    return ledger.jobs()


def submitted(submission: str, state: JobState) -> Submitted:
    """Return the line of a job that the Hub has taken."""
    return Submitted(at_ns=time.time_ns(), submission=submission, job=state.id, url=state.url)


def refused(submission: str, reason: str) -> Refused:
    """Return the line of a job that never was."""
    return Refused(at_ns=time.time_ns(), submission=submission, reason=reason)


_NEVER = "it never reached the Hub"
