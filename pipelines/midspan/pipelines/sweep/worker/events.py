"""What a worker tells while it works."""

from dataclasses import dataclass

from midspan.pipelines.records import ResultRecord
from midspan.pipelines.sweep.plan import SweepRun


@dataclass(frozen=True, kw_only=True)
class WorkBegun:
    """The worker knows what is left."""

    planned: int
    done: int
    """From before."""


@dataclass(frozen=True, kw_only=True)
class RunBegun:
    """A launch of a run begins."""

    run: SweepRun
    launch: int


@dataclass(frozen=True, kw_only=True)
class RunEnded:
    """A launch of a run is over, and its record stands in the spool."""

    run: SweepRun
    record: ResultRecord
    problem: str | None = None
    """Why it could not be launched, or what the platform did."""
    again: bool = False
    """Whether it is launched once more."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something that a person should know, in one line."""

    text: str


Event = WorkBegun | RunBegun | RunEnded | Told
