"""How an agent goes on after something failed: what it does next, and whether it recovers."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.recovery.acknowledgement import acknowledgement_rows
from midspan.scorers.recovery.cost_rows import cost_rows
from midspan.scorers.recovery.episode_rows import episode_rows, rate_rows, streak_rows
from midspan.scorers.recovery.parameters import Parameters
from midspan.scorers.recovery.response_rows import response_rows, share_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

HIGHER: Final = Better.HIGHER
LOWER: Final = Better.LOWER


def _declared(
    name: str, unit: str, better: Better, description: str, level: Level = Level.RUN
) -> Declaration:
    return Declaration(name=name, level=level, unit=unit, better=better, description=description)


@dataclass(frozen=True, kw_only=True)
class Recovery(Parameters):
    """The response to each failed attempt, the episodes that failures open, and what they took.

    A run without a failed attempt has no rows: there was nothing to recover from.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        _declared(
            "response",
            "0/1",
            HIGHER,
            "What followed a failure: 1 adaptive, 0 degenerate.",
            Level.STEP,
        ),
        _declared("episode", "0/1", HIGHER, "Whether a failure was made up for.", Level.STEP),
        _declared("recovery_rate", "share", HIGHER, "Failures that were made up for."),
        _declared("adaptive_share", "share", HIGHER, "Responses that tried something new."),
        _declared("degenerate_share", "share", LOWER, "Responses that repeated what had failed."),
        _declared("longest_error_streak", "count", LOWER, "The most failed attempts in a row."),
        _declared(
            "steps_to_recovery", "calls", LOWER, "Calls from a failure to its recovery, median."
        ),
        _declared(
            "tokens_to_recovery", "tokens", LOWER, "Tokens from a failure to its recovery, median."
        ),
        _declared(
            "seconds_to_recovery",
            "seconds",
            LOWER,
            "Seconds from a failure to its recovery, median.",
        ),
        _declared(
            "unacknowledged_failure", "0/1", LOWER, "An answer that is silent about a failure."
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each response and episode, and the figures of each run."""
        parameters = Parameters(
            long_text=self.long_text,
            transient_retries=self.transient_retries,
            cycle_period=self.cycle_period,
            cycle_times=self.cycle_times,
        )
        return pl.concat(
            [
                response_rows(tables, parameters),
                episode_rows(tables),
                rate_rows(tables),
                share_rows(tables, parameters),
                streak_rows(tables),
                cost_rows(tables),
                acknowledgement_rows(tables),
            ],
            how="diagonal_relaxed",
        )
