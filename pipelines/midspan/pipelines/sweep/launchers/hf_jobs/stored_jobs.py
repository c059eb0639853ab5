"""The jobs of a sweep's directory: what every command reads that comes after the launch."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import (
    Asked,
    Ledger,
    LedgerJob,
    Stopped,
    Submitted,
)
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.resuming import submitted
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from huggingface_hub import HfApi


@dataclass(frozen=True, kw_only=True)
class StoredJobs:
    """The ledger of a sweep, and the way to the Hub that it names."""

    folder: SweepFolder
    ledger: Ledger
    api: "HfApi"
    patience: Patience = field(default_factory=Patience)

    def known(self) -> list[KnownJob]:
        """Return all jobs, those that go on as they stand on the Hub now."""
        return [self.looked(job) for job in self._found()]

    def unlooked(self) -> list[KnownJob]:
        """Return all jobs as they are written; of none the Hub is asked how it stands."""
        return [KnownJob(written=job) for job in self._found()]

    def _found(self) -> Iterator[LedgerJob]:
        """Yield all jobs of the ledger; one whose answer is missing is looked for.

        Nothing is written: a launcher may be asking for it right now.
        """
        for job in self.ledger.jobs():
            yield replace(job, submitted=self._answer(job)) if job.submitted is None else job

    def _answer(self, job: LedgerJob) -> Submitted | None:
        try:
            found = self.jobs(job.asked).of_submission(job.asked.submission)
        except HubError:
            return None
        return submitted(job.asked.submission, found[0]) if found else None

    def stop(self) -> None:
        """Have a launcher that is there submit nothing more."""
        self.ledger.append(Stopped(at_ns=time.time_ns()))

    def looked(self, job: LedgerJob) -> KnownJob:
        """Return a job as it stands; where the Hub does not answer, that is said of it."""
        known = KnownJob(written=job)
        if not job.is_open:
            return known
        try:
            return known.seen(self.jobs(job.asked).look(known.id))
        except HubError as error:
            return known.unseen(str(error.args[0]))

    def jobs(self, asked: Asked) -> Jobs:
        """Return the jobs of the namespace that one was submitted to."""
        return Jobs(self.api, asked.namespace, self.patience)

    def bucket(self) -> Bucket:
        """Return the bucket that was last used."""
        asked = self.ledger.jobs()[-1].asked
        return Bucket(self.api, asked.bucket, asked.folder, self.patience)


def stored_jobs(
    folder: SweepFolder, api: "HfApi", *, patience: Patience | None = None
) -> StoredJobs:
    """Return the jobs of a sweep; a directory of which none were submitted is an error."""
    ledger = Ledger(folder.jobs)
    if not ledger.jobs():
        raise InvalidInput(
            f"{folder.root}: no job of it was ever submitted",
            fix="`midspan sweep run suite.yaml` submits them, where the suite says "
            "`launch: {kind: hf-jobs}`; `midspan sweep status DIR` shows local sweeps too.",
        )
    return StoredJobs(folder=folder, ledger=ledger, api=api, patience=patience or Patience())


def chosen_job(jobs: list[KnownJob], word: str | None) -> KnownJob:
    """Return the job that a word means: its id, the end of that, or its batch; else the last."""
    taken = [job for job in jobs if job.id]
    if not taken:
        raise InvalidInput("the Hub has taken none of the jobs")
    if word is None:
        going = [job for job in taken if job.written.is_open and not job.is_over]
        return (going or taken)[-1]
    found = [job for job in taken if job.id == word]
    found = found or [job for job in taken if job.written.asked.batch == word][-1:]
    found = found or [job for job in taken if job.id.endswith(word)]
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {job.id}  {job.written.asked.batch}" for job in taken)
    what = "is more than one job" if found else "is no job of this sweep"
    raise InvalidInput(f"{word!r} {what}", fix=f"There are:\n{listed}")
