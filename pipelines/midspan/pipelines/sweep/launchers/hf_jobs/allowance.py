"""How long jobs may still run: never longer together than was agreed to."""

from collections.abc import Iterable
from typing import Final

from midspan.pipelines.sweep.cost import seconds_of
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob

LEAST: Final = 10
"""A job is not worth its start with less than its whole time by this."""


class Allowance:
    """The running time that somebody has said yes to: that of so many jobs at their timeout."""

    def __init__(self, timeout: str) -> None:
        self._timeout = seconds_of(timeout)
        self._granted = 0.0

    def grant(self, jobs: int) -> None:
        """Add the whole time of jobs that are submitted for the first time."""
        self._granted += jobs * self._timeout

    def take_up(self, job: KnownJob) -> None:
        """Add the whole time of a job that an earlier command was allowed."""
        self._granted += seconds_of(job.written.asked.timeout)

    def of_next(self, known: Iterable[KnownJob], waiting: int) -> str | None:
        """Return the timeout of a job that does what others have left; None for too little.

        Args:
            known: All jobs of this command: those that go on may take all the time they have.
            waiting: Jobs that are still to be submitted for the first time.
        """
        used = sum(_used(job) for job in known)
        left = min(self._timeout, self._granted - used - waiting * self._timeout)
        return f"{int(left)}s" if int(left) >= max(1, self._timeout / LEAST) else None


def _used(job: KnownJob) -> float:
    if (job.written.ended is not None or job.is_over) and job.seconds is not None:
        return job.seconds
    return seconds_of(job.written.asked.timeout)
