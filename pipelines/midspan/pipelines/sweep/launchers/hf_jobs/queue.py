"""Batches that are still to be submitted, and for how long each may run."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from midspan.pipelines.sweep.batches import Batch, batches
from midspan.pipelines.sweep.launchers.hf_jobs.allowance import Allowance
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.plan import SweepRun

TIMES: Final = 3
"""How often one command submits a run."""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A batch that is to be submitted."""

    batch: Batch
    is_rest: bool
    """Whether it is what an earlier job has left."""


class Queue:
    """The batches in their order, the whole time of each granted when it comes to be."""

    def __init__(self, *, timeout: str, per: Literal["model-revision", "cell", "run"]) -> None:
        self._timeout, self._per = timeout, per
        self._allowance = Allowance(timeout)
        self._waiting: deque[Queued] = deque()
        self._times: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many jobs are to be submitted."""
        return len(self._waiting)

    @property
    def first(self) -> Batch:
        """Return what is to be submitted next."""
        return self._waiting[0].batch

    def add(self, runs: Sequence[SweepRun], *, is_rest: bool = False) -> None:
        """Put runs behind those that wait; the rest of a job gets no time of its own."""
        new = batches(runs, self._per)
        self._waiting.extend(Queued(batch=batch, is_rest=is_rest) for batch in new)
        self._times.update(run.run_id for run in runs)
        if not is_rest:
            self._allowance.grant(len(new))

    def take_up(self, job: KnownJob) -> None:
        """Count a job that an earlier command has submitted."""
        self._allowance.take_up(job)

    def may_come_again(self, run_ids: Collection[str]) -> set[str]:
        """Return the runs that were not submitted too often already."""
        return {run_id for run_id in run_ids if self._times[run_id] < TIMES}

    def time_of_first(self, known: Iterable[KnownJob]) -> str | None:
        """Return for how long the first may run; None where too little time is left."""
        if not self._waiting[0].is_rest:
            return self._timeout
        waiting = sum(not one.is_rest for one in self._waiting)
        return self._allowance.of_next(known, waiting)

    def take_first(self) -> None:
        """Let the first go: it was submitted, or is not to be."""
        self._waiting.popleft()

    def clear(self) -> None:
        """Let all go."""
        self._waiting.clear()
