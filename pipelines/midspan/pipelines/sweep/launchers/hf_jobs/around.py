"""Jobs of the experiment that the ledger does not tell of, or not yet."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from midspan.dashboards.terminal.cells import counted
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.hub import Jobs
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import JobState
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ledger, LedgerJob
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.request import JOB
from midspan.pipelines.sweep.launchers.hf_jobs.resuming import submitted
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.scorers.errors import SurroundingsError


@dataclass(frozen=True, kw_only=True)
class Around:
    """Jobs that go on, by what the ledger says of them."""

    late: tuple[JobState, ...]
    """Asked for here, and taken for never made: nobody else does their runs."""
    twice: tuple[JobState, ...]
    """Made twice of one submission, or after their runs were submitted anew."""
    others: tuple[JobState, ...]
    """Asked for elsewhere."""

    def all_twice(self) -> "Around":
        """Return the same when the runs of the late ones are queued again already."""
        return replace(self, late=(), twice=(*self.late, *self.twice))


def around(going: Iterable[JobState], written: Sequence[LedgerJob]) -> Around:
    """Return the jobs that go on and are not those of the ledger."""
    by_submission = {job.asked.submission: job for job in written}
    held = {run for job in written if job.is_open for run in job.asked.runs}
    late: list[JobState] = []
    twice: list[JobState] = []
    others: list[JobState] = []
    for state in going:
        job = by_submission.get(state.submission)
        if job is None:
            others.append(state)
        elif job.is_uncertain:
            continue  # it is asked for right now
        elif job.submitted is None:
            (twice if held.intersection(job.asked.runs) else late).append(state)
            held.update(job.asked.runs)
        elif job.submitted.job != state.id:
            twice.append(state)
    return Around(late=tuple(late), twice=tuple(twice), others=tuple(others))


def put_right(found: Around, ledger: Ledger, jobs: Jobs, say: Callable[[str], None]) -> None:
    """Write down the jobs that came late, and end those that would be paid for twice."""
    for state in found.late:
        ledger.append(submitted(state.submission, state))
    for state in found.twice:
        if end(state.id, jobs, say):
            say(f"{state.url}: was made twice by the Hub; cancelled")


def end(job: str, jobs: Jobs, say: Callable[[str], None]) -> bool:
    """Cancel a job that would be paid for in vain; return whether the Hub has agreed."""
    try:
        jobs.cancel(job)
    except HubError as error:
        say(f"{job}: goes on, and should not: {error.args[0]}")
        return False
    return True


def require_nowhere_else(
    others: Sequence[JobState],
    wanted: Collection[str],
    *,
    bucket: Bucket,
    folder: SweepFolder,
) -> None:
    """Raise where jobs that another directory has submitted hold runs that are wanted here."""
    held = {state: _runs(state, bucket, folder).intersection(wanted) for state in others}
    held = {state: runs for state, runs in held.items() if runs}
    if not held:
        return
    listed = "\n".join(
        f"  {state.url}: {counted(len(runs), 'run')}" for state, runs in held.items()
    )
    raise SurroundingsError(
        f"jobs of this experiment go on that were submitted elsewhere: these runs would be paid "
        f"for twice\n{listed}",
        fix="Wait until they have ended: what they finish is then taken from the bucket. Or end "
        "them: hf jobs cancel ID. Or have an experiment of your own: --experiment NAME.",
    )


def _runs(state: JobState, bucket: Bucket, folder: SweepFolder) -> set[str]:
    """Return the runs that a job was told to do; none where it is of another bucket."""
    path = f"{JOB}/{state.submission}.json"
    told = bucket.read(path, folder.root)
    if told is None:
        return set()
    try:
        return set(json.loads(told)["runs"])
    except (ValueError, KeyError, TypeError):
        return set()
