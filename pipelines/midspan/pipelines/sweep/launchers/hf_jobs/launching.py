"""A sweep on the Hub: at most so many jobs at a time, until nothing is left to submit."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from midspan.dashboards.terminal.cells import counted
from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.batches import Batch
from midspan.pipelines.sweep.launchers.hf_jobs.around import (
    around,
    end,
    put_right,
    require_nowhere_else,
)
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.fetching import Fetched, fetch
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import HubPlan
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import JobState
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob, Spent, spent
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ledger
from midspan.pipelines.sweep.launchers.hf_jobs.pace import Pace
from midspan.pipelines.sweep.launchers.hf_jobs.queue import Queue
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.request import send_suite
from midspan.pipelines.sweep.launchers.hf_jobs.resuming import made_certain
from midspan.pipelines.sweep.launchers.hf_jobs.settling import settle
from midspan.pipelines.sweep.launchers.hf_jobs.submitting import Submitter
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.standing import standings

if TYPE_CHECKING:
    from huggingface_hub import HfApi

Say = Callable[[str], None]


class Launcher:
    """Submits, follows and settles the jobs of one sweep; who has one holds its lock."""

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
        self._submitter = Submitter(hub_plan, self._bucket, self._jobs, self._ledger)
        self._known: dict[str, KnownJob] = {}
        """By submission, in the order of submission."""
        self._over_since: dict[str, float] = {}
        self._queue = Queue(timeout=hub_plan.settings.timeout, per=hub_plan.plan.suite.launch.per)
        self._unseen: set[str] = set()
        """Submissions of an earlier launch that ended when nobody looked, or were not seen yet."""
        self._of_id = {run.run_id: run for run in hub_plan.plan.runs}
        self._results: set[str] = set()
        """In the bucket: `run_id-launch`."""
        self._fetched_at = -math.inf
        self._stops = 0
        self.stopped: HubError | None = None
        """Why nothing more is submitted."""

    def begin(self, runs: Sequence[SweepRun]) -> None:
        """Take up the jobs that go on since the last time, and queue what else is to do."""
        for line in self._ledger.damaged():
            self._say(line)
        self._stops = self._ledger.stops()
        made_certain(self._ledger, self._jobs)
        others = self._put_right()
        for job in self._ledger.jobs():
            if job.is_open:
                known = KnownJob(written=job)
                self._known[job.asked.submission] = known
                self._unseen.add(job.asked.submission)
                self._queue.take_up(known)
        if self._known:
            self._say(f"{counted(len(self._known), 'job')} of before: taken up again")
        self._fetch()
        going = {run_id for job in self._known.values() for run_id in job.runs}
        found = standings([run.run_id for run in runs], self._folder.spool)
        left = [
            run for run in runs if run.run_id not in going and found[run.run_id].state != "done"
        ]
        require_nowhere_else(
            others, {run.run_id for run in left}, bucket=self._bucket, folder=self._folder
        )
        self._queue.add(left)
        send_suite(self._bucket, self._folder)
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
                if self._jobs.doubted:
                    self._put_right(is_late_too_late=True)
                fetched = self._fetch()
            except HubError as error:
                if not error.passing:
                    raise
                self._say(f"the Hub is asked again later: {error.args[0]}")
                return
            for job in over:
                self._settle(job, fetched)
        self._submit()

    def rows(self) -> list[JobRow]:
        """Return a line for each job of this launch."""
        return [job.row(self._results) for job in self._known.values()]

    def spent_before(self) -> Spent:
        """Return what the jobs that ended before this launch have cost."""
        return spent(job for job in self._ledger.jobs() if job.asked.submission not in self._known)

    def _going(self) -> list[KnownJob]:
        return [job for job in self._known.values() if job.written.is_open]

    def _put_right(self, *, is_late_too_late: bool = False) -> tuple[JobState, ...]:
        """Find jobs that the Hub made late or twice; return those that are of somebody else."""
        going = self._jobs.going_of_experiment(self._hub_plan.plan.experiment)
        found = around(going, self._ledger.jobs())
        found = found.all_twice() if is_late_too_late else found
        put_right(found, self._ledger, self._jobs, self._say)
        return found.others

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
        else:
            self._unseen.discard(submission)

    def _is_time_to_fetch(self) -> bool:
        return self._pace.clock() - self._fetched_at >= self._pace.fetched_every

    def _fetch(self) -> Fetched:
        paid_for = {run_id for job in self._known.values() for run_id in job.runs}
        fetched = fetch(self._bucket, self._folder, paid_for.union(self._of_id))
        self._fetched_at = self._pace.clock()
        self._results = fetched.results_there
        return fetched

    def _settle(self, job: KnownJob, fetched: Fetched) -> None:
        submission = job.written.asked.submission
        waited = self._pace.clock() - self._over_since[submission]
        results = job.results(fetched.results_there)
        if waited < self._pace.late and not fetched.is_whole(results, job.runs):
            return
        whatever = submission in self._unseen
        settled = settle(
            job,
            fetched,
            bucket=self._bucket,
            folder=self._folder,
            jobs=self._jobs,
            say=self._say,
            wanted=self._queue.may_come_again(self._of_id),
            whatever=whatever,
        )
        self._ledger.append(settled.ended)
        self._known[submission] = settled.job
        self._results -= settled.withdrawn
        self._queue.add([self._of_id[run_id] for run_id in settled.again], is_rest=not whatever)

    def _submit(self) -> None:
        at_a_time = self._hub_plan.plan.suite.launch.concurrency
        while self._queue and self.stopped is None and len(self._going()) < at_a_time:
            if self._is_cancelled():
                self._leave_all()
                return
            batch = self._queue.first
            timeout = self._queue.time_of_first(self._known.values())
            if timeout is None and self._going():
                return  # what they leave of their time may do
            try:
                if timeout is None:
                    self._leave(batch)
                else:
                    self._submit_one(batch, timeout)
            except HubError as error:
                self._say(f"{batch.name}: not submitted: {error.args[0]}")
                if not (error.passing and self._going()):
                    self.stopped = error
                return
            self._queue.take_first()

    def _submit_one(self, batch: Batch, timeout: str) -> None:
        job = self._submitter.submit(batch, timeout=timeout, before=self._results)
        self._known[job.written.asked.submission] = job
        assert job.written.submitted is not None
        url = job.written.submitted.url
        self._say(f"{batch.name}: {counted(len(batch.runs), 'run')}, job {url}")
        if self._is_cancelled():
            end(job.id, self._jobs, self._say)

    def _is_cancelled(self) -> bool:
        return self._ledger.stops() > self._stops

    def _leave_all(self) -> None:
        """Submit nothing more, since the sweep was cancelled; a job nobody could see is ended."""
        self._say(f"cancelled: {counted(len(self._queue), 'job')} not submitted")
        self._queue.clear()
        try:
            job = self._submitter.answered()
        except HubError as error:
            self._say(f"whether a last job was made is not known: {error.args[0]}")
            return
        if job is not None:
            self._known[job.written.asked.submission] = job
            end(job.id, self._jobs, self._say)

    def _leave(self, batch: Batch) -> None:
        if (job := self._submitter.answered()) is not None:
            self._known[job.written.asked.submission] = job
            return
        self._say(
            f"{batch.name}: {counted(len(batch.runs), 'run')} left: the time that was agreed to "
            "is used up; the same command asks for more"
        )
