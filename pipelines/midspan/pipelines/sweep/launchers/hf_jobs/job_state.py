"""How a job stands, as the Hub tells it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from huggingface_hub import JobInfo

SUBMISSION: Final = "submission"
"""Label by which a job is found whose submission was not answered."""
TERMINAL: Final = frozenset({"COMPLETED", "CANCELED", "ERROR", "DELETED"})
"""Stages that no job leaves."""


@dataclass(frozen=True, kw_only=True)
class JobState:
    """One job, at the moment it was looked at."""

    id: str
    url: str
    stage: str
    message: str | None = None
    seconds: float | None = None
    """For how long it has run; None before it does."""
    ended: float | None = None
    """When it ended, in seconds since the epoch; None where the Hub does not say."""
    submission: str = ""
    """By its label; empty for a job that midspan did not ask for."""

    @property
    def is_over(self) -> bool:
        """Return whether it runs no further."""
        return self.stage in TERMINAL


def job_state(info: "JobInfo") -> JobState:
    """Return what midspan keeps of the Hub's answer."""
    stage = info.status.stage
    return JobState(
        id=info.id,
        url=info.url,
        stage=str(getattr(stage, "value", stage)),
        message=info.status.message,
        seconds=_seconds(info),
        ended=info.finished_at.timestamp() if info.finished_at else None,
        submission=(info.labels or {}).get(SUBMISSION, ""),
    )


def _seconds(info: "JobInfo") -> float | None:
    if info.durations is not None and info.durations.running_secs is not None:
        return float(info.durations.running_secs)
    if info.started_at is None:
        return None
    end = info.finished_at or datetime.now(UTC)
    return max(0.0, (end - info.started_at).total_seconds())
