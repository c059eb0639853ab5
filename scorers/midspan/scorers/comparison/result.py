"""What a comparison says, as values: everything that is drawn is made of these."""

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from midspan.scorers.score import Better
from midspan.scorers.statistics import Estimate


class Verdict(StrEnum):
    """What can be said of a difference."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    """Of a score that is better neither way."""
    UNSEEN = "no difference seen"
    """Which is not to say that there is none."""
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A side's figure of one score."""

    side: str
    estimate: Estimate | None
    median: Estimate | None = None
    tasks: int
    runs: int
    unevaluated: int = 0
    """Runs on which something was to judge, and the record does not allow it."""
    unjudged: int = 0
    """How many of them are among `runs` all the same: of `success`, where they are none."""
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A task that went from failing to passing, or back: successes of trials, before and after."""

    task: str
    before: tuple[int, int]
    after: tuple[int, int]
    passes: bool


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Tasks that only one side has a value of, and which one."""

    side: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A side less its baseline, on the tasks that both have."""

    baseline: str
    side: str
    verdict: Verdict
    before: float | None = None
    """The baseline on these tasks; of what is counted per task, the mean over them."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    share: float | None = None
    """The difference as a share of the baseline."""
    p: float | None = None
    p_adjusted: float | None = None
    """Corrected for all primary scores of the comparison; none for exploratory ones."""
    test: str | None = None
    tasks: int
    runs: tuple[int, int]
    """Runs behind it: of the baseline, of the side."""
    detectable: float | None = None
    """The smallest difference that these tasks and trials would show four times in five."""
    standard_error: float | None = None
    reason: str | None = None
    dropped: tuple[Dropped, ...] = ()
    flips: tuple[Flip, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScoreComparison:
    """One score: what each side comes to, and how the sides differ."""

    name: str
    unit: str
    better: Better
    description: str
    primary: bool
    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class SideCoverage:
    """How much of what was planned for a side was evaluated."""

    side: str
    planned: int
    evaluated: int
    infra: int
    unscored: int
    """Runs that count, and of which no scorer has said anything."""

    @property
    def share(self) -> float | None:
        """Return evaluated / planned; None where nothing was planned."""
        return max(0, self.evaluated - self.unscored) / self.planned if self.planned else None


@dataclass(frozen=True, kw_only=True)
class TaskCoverage:
    """Of one task, how many runs of each side were evaluated and planned."""

    task: str
    done: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that a comparison says."""

    by: str | None
    sides: tuple[str, ...]
    contrasts: tuple[tuple[str, str], ...]
    """Pairs of a baseline and what is held against it."""
    alpha: float
    minimum_tasks: int
    tests: int
    """How many primary p-values were corrected together."""
    only_shared: bool
    scores: tuple[ScoreComparison, ...]
    coverage: tuple[SideCoverage, ...]
    matrix: tuple[TaskCoverage, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, name: str) -> ScoreComparison | None:
        """Return one score by its name."""
        return next((score for score in self.scores if score.name == name), None)

    @property
    def deciding(self) -> tuple[ScoreComparison, ...]:
        """Return the primary scores; where none is asked for, all that tell of agents."""
        primary = tuple(score for score in self.scores if score.primary)
        return primary or tuple(score for score in self.scores if score.name != "infra_rate")

    @property
    def is_told(self) -> bool:
        """Return whether anything can be said of a score that decides."""
        return any(
            each.verdict is not Verdict.INSUFFICIENT
            for score in self.deciding
            for each in score.differences
        )

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        written: dict[str, Any] = plain(self)
        for side, coverage in zip(written["coverage"], self.coverage, strict=True):
            side["share"] = coverage.share
        return written


def plain(value: Any) -> Any:
    """Return a value with dictionaries for what it is made of; its texts and numbers as they are.

    As `asdict`, which copies every one of them.

    >>> plain(Dropped(side="v2", tasks=("a", "b")))
    {'side': 'v2', 'tasks': ('a', 'b')}
    """
    if value is None or isinstance(value, str | int | float):
        return value  # as most are
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return tuple(map(plain, value)) if isinstance(value, tuple) else value
