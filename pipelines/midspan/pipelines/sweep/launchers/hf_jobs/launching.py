"""A sweep on the Hub: at most so many jobs at a time, until nothing is left to submit."""

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from midspan.dashboards.terminal.cells import counted
from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.batches import Batch, batches
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.fetching import Fetched, fetch
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import HubPlan
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Asked, Ledger
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.request import job_request, suite_files
from midspan.pipelines.sweep.launchers.hf_jobs.resuming import made_certain, refused, submitted
from midspan.pipelines.sweep.launchers.hf_jobs.settling import settle
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.standing import standings

if TYPE_CHECKING:
    from huggingface_hub import HfApi

Say = Callable[[str], None]

LATE: Final = 60.0
"""Seconds after a job's end in which files may still reach the bucket."""
FETCHED_EVERY: Final = 30.0
"""Seconds between looks into the bucket while jobs go on."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long things are waited for; tests are in more of a hurry."""

    late: float = LATE
    fetched_every: float = FETCHED_EVERY
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic


class Launcher:
    """Submits, follows and settles the jobs of one sweep."""

    def __init__(
        self,
        hub_plan: HubPlan,
        folder: SweepFolder,
        *,
        api: "HfApi",
        say: Say,
        pace: Pace | None = None,
    ) -> None:
        self._hub_plan, self._folder, self._say = hub_plan, folder, say
        self._pace = pace or Pace()
        self._jobs = Jobs(api, hub_plan.namespace, self._pace.patience)
        self._bucket = Bucket(api, hub_plan.bucket, hub_plan.folder, self._pace.patience)
        self._ledger = Ledger(folder.jobs)
        self._known: dict[str, KnownJob] = {}
        """By submission, in the order of submission."""
        self._over_since: dict[str, float] = {}
        self._queue: deque[Batch] = deque()
        self._unanswered: str | None = None
        """Submission of the first of the queue, if it may have become a job."""
        self._taken_up: set[str] = set()
        """Submissions of an earlier launch, whose runs are wanted whatever became of the job."""
        self._run_ids = {run.run_id for run in hub_plan.plan.runs}
        self._of_id = {run.run_id: run for run in hub_plan.plan.runs}
        self._in_bucket: set[str] = set()
        self._fetched_at: float | None = None
        self.stopped: HubError | None = None
        """Why nothing more is submitted."""

    def begin(self, runs: Sequence[SweepRun]) -> None:
        """Take up the jobs that go on since the last time, and queue what else is to do."""
        for job in made_certain(self._ledger, self._jobs):
            if job.is_open:
                self._known[job.asked.submission] = KnownJob(written=job)
                self._taken_up.add(job.asked.submission)
        if self._known:
            self._say(f"{counted(len(self._known), 'job')} of before: taken up again")
        self._fetch()
        going = {run_id for job in self._known.values() for run_id in job.runs}
        found = standings([run.run_id for run in runs], self._folder.spool)
        left = [
            run for run in runs if run.run_id not in going and found[run.run_id].state != "done"
        ]
        self._enqueue(left)
        files = suite_files(self._folder.suite, self._folder.plan)
        self._bucket.put(files)
        self._bucket.remove(set(self._bucket.files("suite")).difference(files))
        self._say(f"the suite is at {self._bucket.address}")
        self._submit()

    @property
    def is_over(self) -> bool:
        """Return whether no job goes on, and none is to be submitted."""
        return not self._going() and (not self._queue or self.stopped is not None)

    @property
    def queued(self) -> int:
        """Return how many jobs are still to be submitted."""
        return len(self._queue)

    def step(self) -> None:
        """Look at the jobs, take what they have finished, settle those that ended, submit more."""
        for job in self._going():
            self._look(job)
        over = [job for job in self._going() if job.is_over]
        if over or self._is_time_to_fetch():
            try:
                fetched = self._fetch()
            except HubError as error:
                if not error.passing:
                    raise
                self._say(f"the bucket is looked at again later: {error.args[0]}")
                return
            for job in over:
                self._settle(job, fetched)
        self._submit()

    def rows(self) -> list[JobRow]:
        """Return a line for each job of this launch."""
        return [job.row(self._in_bucket) for job in self._known.values()]

    def _going(self) -> list[KnownJob]:
        return [job for job in self._known.values() if job.written.is_open]

    def _look(self, job: KnownJob) -> None:
        submission = job.written.asked.submission
        try:
            state = self._jobs.look(job.id)
        except HubError as error:
            # It goes on, or not, whether the Hub answers or not: the next step asks again.
            self._known[submission] = job.unseen(str(error.args[0]))
            return
        self._known[submission] = job.seen(state)
        if state.is_over:
            self._over_since.setdefault(submission, self._pace.clock())

    def _is_time_to_fetch(self) -> bool:
        now, before = self._pace.clock(), self._fetched_at
        return before is None or now - before >= self._pace.fetched_every

    def _fetch(self) -> Fetched:
        fetched = fetch(self._bucket, self._folder, self._run_ids)
        self._fetched_at = self._pace.clock()
        self._in_bucket = fetched.in_bucket
        return fetched

    def _settle(self, job: KnownJob, fetched: Fetched) -> None:
        submission = job.written.asked.submission
        whole = fetched.in_bucket.issuperset(job.runs) and not fetched.broken_of(set(job.runs))
        if not whole and self._pace.clock() - self._over_since[submission] < self._pace.late:
            return
        settled = settle(
            job,
            fetched,
            bucket=self._bucket,
            folder=self._folder,
            jobs=self._jobs,
            say=self._say,
        )
        self._ledger.append(settled.ended)
        self._known[submission] = settled.job
        self._in_bucket -= settled.withdrawn
        again = settled.again
        if submission in self._taken_up:
            found = standings([run for run in job.runs if run in self._of_id], self._folder.spool)
            again = tuple(run for run, one in found.items() if one.state != "done")
        self._enqueue([self._of_id[run_id] for run_id in again])

    def _enqueue(self, runs: Sequence[SweepRun]) -> None:
        self._queue.extend(batches(runs, self._hub_plan.plan.suite.launch.per))

    def _submit(self) -> None:
        at_a_time = self._hub_plan.plan.suite.launch.concurrency
        while self._queue and self.stopped is None and len(self._going()) < at_a_time:
            try:
                self._submit_one(self._queue[0])
            except HubError as error:
                self._say(f"{self._queue[0].name}: not submitted: {error.args[0]}")
                if not (error.passing and self._going()):
                    self.stopped = error
                return
            self._queue.popleft()

    def _submit_one(self, batch: Batch) -> None:
        if self._unanswered is not None:
            self._take_up(self._unanswered)
            if self._unanswered in self._known:
                self._unanswered = None
                return
        submission = os.urandom(8).hex()
        prepared = job_request(self._hub_plan, batch, submission)
        self._bucket.put(prepared.files)
        self._ledger.append(_asked(self._hub_plan, batch, prepared.request.image, submission))
        self._unanswered = submission
        try:
            state = self._jobs.submit(prepared.request)
        except HubError as error:
            if not error.uncertain:
                self._ledger.append(refused(submission, str(error.args[0])))
                self._unanswered = None
            raise
        self._ledger.append(submitted(submission, state))
        self._unanswered = None
        self._take_up(submission)
        self._say(f"{batch.name}: {counted(len(batch.runs), 'run')}, job {state.url}")

    def _take_up(self, submission: str) -> None:
        for job in made_certain(self._ledger, self._jobs):
            if job.asked.submission == submission and job.is_open:
                self._known[submission] = KnownJob(written=job)


def _asked(hub_plan: HubPlan, batch: Batch, image: str, submission: str) -> Asked:
    return Asked(
        at_ns=time.time_ns(),
        submission=submission,
        batch=batch.name,
        runs=[run.run_id for run in batch.runs],
        namespace=hub_plan.namespace,
        bucket=hub_plan.bucket,
        folder=hub_plan.folder,
        flavor=hub_plan.settings.flavor,
        image=image,
        timeout=hub_plan.settings.timeout,
        usd_per_minute=hub_plan.usd_per_minute,
    )
