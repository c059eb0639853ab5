"""A reward for success that fades with every turn it took."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.outcome_scores import run_outcomes, success_rows
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

DIGITS: Final = 12


@dataclass(frozen=True, kw_only=True)
class GammaReward:
    """success x gamma^(turns - 1): 1 for a success in one turn, 0 for what is none.

    Runs have a row where they have one of `success`.
    """

    gamma: float = 0.95
    """What is left of the reward after each further turn."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="gamma_reward",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Success, worth less with every further turn.",
        ),
    )

    def __post_init__(self) -> None:
        if not 0 < self.gamma <= 1:
            raise InvalidInput(
                f"gamma_reward: gamma must be above 0 and at most 1, not {self.gamma}"
            )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each run of which success is known, and why where it is not."""
        outcomes = run_outcomes(tables)
        success = success_rows(outcomes).select(
            "run_id", "evidence", unjudged="reason", success=pl.col("value") == 1
        )
        turns, won = pl.col("turns"), pl.col("success")
        judged = success.join(
            outcomes.lazy().select("run_id", "turns"), on="run_id", maintain_order="left"
        )
        further = (turns - 1).clip(lower_bound=0)
        # Of one row and of many the last digits differ; these are left out.
        reward = pl.lit(self.gamma).pow(further).round_sig_figs(DIGITS)
        told = pl.format(
            f"a success in {{}}: each beyond the first leaves {self.gamma:g} of it",
            counted(turns, "turn"),
        )
        return run_rows(
            judged,
            "gamma_reward",
            pl.when(won).then(reward).otherwise(0.0),
            pl.when(won).then(told).otherwise(pl.lit("no success")),
            known=pl.col("unjudged").is_null() & (~won | turns.is_not_null()),
            reason=pl.coalesce("unjudged", pl.lit("the turns of the run were not recorded")),
            evidence=pl.col("evidence"),
        )
