"""How a gate came out: its requirements, and the exit code that they make together."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from midspan.scorers.comparison.result import Comparison, Difference
from midspan.scorers.errors import Exit


class Outcome(StrEnum):
    """How one requirement of a gate came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"
    WARNING = "warning"


class Kind(StrEnum):
    """What a requirement is about, in the order in which they are judged."""

    COVERAGE = "coverage"
    FLOOR = "floor"
    NO_REGRESSION = "no regression"
    REGRESSION_SET = "regression set"
    PROFILE = "profile"


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that a gate asks of a side; the numbers as found, None where there are none."""

    kind: Kind
    side: str
    score: str | None = None
    outcome: Outcome
    limit: float | None = None
    at_most: bool = False
    """The limit is the highest that is allowed, not the lowest."""
    found: float | None = None
    baseline: str | None = None
    difference: Difference | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """Everything that a gate asked for, and how it came out."""

    requirements: tuple[Requirement, ...]
    comparison: Comparison

    @property
    def exit(self) -> Exit:
        """Return 0 where all held, 1 for a clear no, 2 where that cannot be told."""
        outcomes = {each.outcome for each in self.requirements}
        thin = any(
            each.kind is Kind.COVERAGE and each.outcome is Outcome.NOT_EVALUATED
            for each in self.requirements
        )
        if not self.requirements or thin:
            return Exit.NOT_EVALUATED
        if Outcome.FAILED in outcomes:
            return Exit.VERDICT_IS_NO
        return Exit.NOT_EVALUATED if Outcome.NOT_EVALUATED in outcomes else Exit.DONE

    @property
    def verdict(self) -> str:
        """Return the same in a word."""
        words = {Exit.DONE: "passed", Exit.VERDICT_IS_NO: "failed"}
        return words.get(self.exit, "could not evaluate")

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        return {
            "verdict": self.verdict,
            "exit": int(self.exit),
            "requirements": [asdict(each) for each in self.requirements],
            "comparison": self.comparison.as_dict(),
        }
