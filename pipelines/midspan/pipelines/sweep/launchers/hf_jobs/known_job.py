"""A job as the ledger and the Hub together tell of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import JobState
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import LedgerJob
from midspan.pipelines.sweep.launchers.hf_jobs.prices import cost


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What jobs have cost together, as far as it is known."""

    jobs: int
    usd: float


def spent(written: Iterable[LedgerJob]) -> Spent:
    """Return what the ended ones of these jobs have cost."""
    ended = [job.ended for job in written if job.ended is not None]
    return Spent(jobs=len(ended), usd=sum(one.usd or 0.0 for one in ended))


UNANSWERED: Final = "the Hub was asked for it, and shows no such job (yet)"


@dataclass(frozen=True, kw_only=True)
class KnownJob:
    """One job of the ledger, and how it stood when it was last looked at."""

    written: LedgerJob
    state: JobState | None = None
    """None before the first look, and for what never became a job."""
    silent: str | None = None
    """Why the last look came to nothing."""

    @property
    def id(self) -> str:
        """Return the Hub's name for it; empty for what never became a job."""
        return self.written.submitted.job if self.written.submitted else ""

    @property
    def runs(self) -> list[str]:
        """Return the ids of its runs."""
        return self.written.asked.runs

    @property
    def is_over(self) -> bool:
        """Return whether the Hub has said that it runs no further."""
        return self.state is not None and self.state.is_over

    @property
    def seconds(self) -> float | None:
        """Return for how long it has run."""
        if self.written.ended is not None:
            return self.written.ended.seconds
        return self.state.seconds if self.state else None

    @property
    def usd(self) -> float | None:
        """Return what it has cost so far."""
        return cost(self.seconds, self.written.asked.usd_per_minute)

    def seen(self, state: JobState) -> "KnownJob":
        """Return the job as it stands now; of a deleted one it is known how long it had run."""
        if state.seconds is None and self.state is not None:
            state = replace(state, seconds=self.state.seconds)
        return replace(self, state=state, silent=None)

    def unseen(self, why: str) -> "KnownJob":
        """Return the job, which could not be looked at: that says nothing about how it is."""
        return replace(self, silent=why)

    def results(self, there: Collection[str]) -> set[str]:
        """Return its runs that have a result of its own; `there` are all: `run_id-launch`."""
        new = {name[:32] for name in set(there).difference(self.written.asked.before)}
        return new.intersection(self.runs)

    def row(self, there: Collection[str]) -> JobRow:
        """Return its line in a table; `there` are the results in the bucket: `run_id-launch`."""
        asked, ended = self.written.asked, self.written.ended
        return JobRow(
            job=self.id or None,
            batch=asked.batch,
            stage=self._stage(),
            done=ended.results if ended else len(self.results(there)),
            planned=len(asked.runs),
            seconds=self.seconds,
            usd=self.usd,
            note=self._note(),
        )

    def _stage(self) -> str:
        if self.written.ended is not None:
            return self.written.ended.stage
        if self.written.submitted is None:
            return "REFUSED" if self.written.refused is not None else "UNKNOWN"
        return self.state.stage if self.state else "SUBMITTED"

    def _note(self) -> str | None:
        if self.silent:
            return f"as it was last seen; {self.silent}"
        if self.written.submitted is None:
            return self.written.refused.reason if self.written.refused else UNANSWERED
        if self.written.ended is not None:
            return self.written.ended.message
        return self.state.message if self.state else None
