"""Puts the question of one more job to the Hub, and knows whether it was answered."""

import os
import time
from collections.abc import Collection

from midspan.pipelines.sweep.batches import Batch
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.hub import JobRequest, Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import HubPlan
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Asked, Ledger
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.request import job_request
from midspan.pipelines.sweep.launchers.hf_jobs.resuming import made_certain, refused, submitted


class Submitter:
    """Submits batches, one after the other; the ledger has a line before and after each."""

    def __init__(self, hub_plan: HubPlan, bucket: Bucket, jobs: Jobs, ledger: Ledger) -> None:
        self._hub_plan, self._bucket, self._jobs, self._ledger = hub_plan, bucket, jobs, ledger
        self._unanswered: str | None = None
        """Submission of the last batch, if it may have become a job."""

    def submit(self, batch: Batch, *, timeout: str, before: Collection[str]) -> KnownJob:
        """Return the job of a batch; after an error the same batch is to come again.

        The Hub ends it after `timeout`; `before` are the results that the bucket has already.
        """
        if (found := self.answered()) is not None:
            return found
        submission = os.urandom(8).hex()
        prepared = job_request(self._hub_plan, batch, submission, timeout=timeout)
        self._bucket.put(prepared.files)
        self._ledger.append(_asked(self._hub_plan, batch, prepared.request, before))
        self._unanswered = submission
        try:
            state = self._jobs.submit(prepared.request)
        except HubError as error:
            if not error.uncertain:
                self._ledger.append(refused(submission, str(error.args[0])))
                self._unanswered = None
            raise
        self._ledger.append(submitted(submission, state))
        found = self.answered()
        assert found is not None
        return found

    def answered(self) -> KnownJob | None:
        """Return the job that the last, unanswered request became, if it did."""
        if self._unanswered is None:
            return None
        certain = made_certain(self._ledger, self._jobs)
        found = [job for job in certain if job.asked.submission == self._unanswered]
        self._unanswered = None
        return KnownJob(written=found[0]) if found and found[0].is_open else None


def _asked(hub_plan: HubPlan, batch: Batch, request: JobRequest, before: Collection[str]) -> Asked:
    runs = dict.fromkeys(run.run_id for run in batch.runs)
    return Asked(
        at_ns=time.time_ns(),
        submission=request.submission,
        batch=batch.name,
        runs=list(runs),
        namespace=hub_plan.namespace,
        bucket=hub_plan.bucket,
        folder=hub_plan.folder,
        flavor=request.flavor,
        image=request.image,
        timeout=request.timeout,
        usd_per_minute=hub_plan.usd_per_minute,
        before=sorted(name for name in before if name[:32] in runs),
    )
