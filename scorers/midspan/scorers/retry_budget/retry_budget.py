"""Retries within each run: how many, within what budget, to what use."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.recovery.response_rows import UNKNOWN
from midspan.scorers.retry_budget.retries import retries_of_runs
from midspan.scorers.retry_budget.wasted_tokens import wasted_token_rows
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables


def _declare(name: str, unit: str, better: Better, description: str) -> Declaration:
    return Declaration(
        name=name, level=Level.RUN, unit=unit, better=better, description=description
    )


@dataclass(frozen=True, kw_only=True)
class RetryBudget:
    """Attempts beyond the first of each operation, what they brought, and what was wasted.

    The budget is the task's, else that of the harness. Requests that the provider's client sent
    again are no retries of the agent's.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        _declare("retries_spent", "count", Better.LOWER, "Attempts beyond an operation's first."),
        _declare("overrun", "count", Better.LOWER, "Retries beyond the budget."),
        _declare(
            "retry_efficiency",
            "share",
            Better.HIGHER,
            "Operations recovered by retrying / retries.",
        ),
        _declare("retry_waste", "share", Better.LOWER, "Degenerate retries / retries."),
        _declare(
            "wasted_tokens", "tokens", Better.LOWER, "Tokens of turns of degenerate retries alone."
        ),
        _declare("wasted_token_share", "share", Better.LOWER, "Wasted tokens / all tokens."),
        _declare("attempts_per_operation", "ratio", Better.LOWER, "Attempts / operations."),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return up to seven rows for each run with an attempt."""
        runs = retries_of_runs(tables).lazy()
        frames = [*_counts(runs), *_shares(runs), *wasted_token_rows(runs, tables)]
        return pl.concat(frames, how="diagonal")


def _counts(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    retries, budget = pl.col("retries"), pl.col("budget")
    overrun = (retries - budget).clip(lower_bound=0)
    spent = counted(retries, "retry", "retries")
    return [
        run_rows(
            runs,
            "retries_spent",
            retries,
            pl.format("{} over {}", spent, counted(pl.col("operations"), "operation")),
            evidence=pl.col("evidence"),
        ),
        run_rows(
            runs.filter(budget.is_not_null()),
            "overrun",
            overrun,
            pl.format("{} spent of a budget of {}", spent, budget),
            evidence=pl.when(overrun > 0).then("evidence"),
        ),
        run_rows(
            runs,
            "attempts_per_operation",
            pl.col("attempts") / pl.col("operations"),
            pl.format(
                "{} for {}",
                counted(pl.col("attempts"), "attempt"),
                counted(pl.col("operations"), "operation"),
            ),
            numerator=pl.col("attempts").cast(pl.Float64),
            n=pl.col("operations"),
        ),
    ]


def _shares(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    retried = runs.filter(pl.col("retries") > 0)
    spent = counted(pl.col("retries"), "retry", "retries")
    recovered, degenerate = pl.col("recovered"), pl.col("degenerate")
    return [
        run_rows(
            retried,
            "retry_efficiency",
            recovered / pl.col("retries"),
            pl.format("{} recovered by {}", counted(recovered, "operation"), spent),
            numerator=recovered.cast(pl.Float64),
            n=pl.col("retries"),
            evidence=pl.col("evidence"),
        ),
        run_rows(
            retried,
            "retry_waste",
            degenerate / pl.col("retries"),
            pl.format("degenerate: {} of {}", degenerate, spent),
            known=pl.col("unknown") == 0,
            reason=UNKNOWN,
            numerator=degenerate.cast(pl.Float64),
            n=pl.col("retries"),
            evidence=pl.col("degenerate_evidence"),
        ),
    ]
