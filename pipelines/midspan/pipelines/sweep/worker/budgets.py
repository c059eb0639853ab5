"""Whether a run has used more than it may."""

from typing import Final

from midspan.pipelines.records import BudgetKind
from midspan.pipelines.sweep.worker.usage import Usage
from midspan.scorers.suite import Budget

LOOK_SECONDS: Final = 0.25
"""How often a run that goes on is looked at.

What a request used stands in its file some 20 ms after the reply has ended, a tool call of an agent
that does not record itself when the next request brings its result.
"""

KINDS: Final[tuple[BudgetKind, ...]] = ("turns", "tool_calls", "tokens", "cost_usd")


def exceeded(budget: Budget, used: Usage) -> BudgetKind | None:
    """Return the first limit that has been passed; to come up to one is no harm."""
    for kind in KINDS:
        limit = getattr(budget, kind)
        if limit is not None and getattr(used, kind) > limit:
            return kind
    return None


def is_watched(budget: Budget) -> bool:
    """Return whether there is a limit that the spans tell of; seconds are the keeper's."""
    return any(getattr(budget, kind) is not None for kind in KINDS)
