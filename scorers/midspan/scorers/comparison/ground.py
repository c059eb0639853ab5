"""What comparisons of the same runs share, however these are put on sides."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from midspan.scorers.comparison.figures import cells_of, figures
from midspan.scorers.comparison.identity import identities, versions
from midspan.scorers.comparison.runs import run_facts


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The runs, scores and cells that a comparison stands on."""

    runs: pl.LazyFrame
    scores: pl.LazyFrame
    facts: pl.DataFrame
    cells: pl.DataFrame

    @classmethod
    def of(cls, runs: pl.LazyFrame, scores: pl.LazyFrame) -> "Ground":
        """Return the ground of runs with `outcome` and `workspace`, and scores with `workspace`."""
        facts = run_facts(runs).collect()
        return cls(runs=runs, scores=scores, facts=facts, cells=cells_of(facts))

    @cached_property
    def figures(self) -> pl.DataFrame:
        """Return a row per cell and figure: the same however the cells are put together."""
        return figures(self.facts, self.cells, self.scores)

    @cached_property
    def identities(self) -> pl.DataFrame:
        """Return how each run was driven."""
        return identities(self.runs).collect()

    @cached_property
    def versions(self) -> pl.DataFrame:
        """Return what each run was judged by."""
        return versions(self.scores).collect()
