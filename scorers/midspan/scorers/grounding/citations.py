"""Sources that the answer cites, and that the agent never saw."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.grounding.unsupported_citations import unsupported_citation_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables


@dataclass(frozen=True, kw_only=True)
class Citations:
    """URLs, DOIs and arXiv ids in the answer that occur in no tool result and in no prompt.

    What the model wrote itself supports nothing, except that it opened the page.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="unsupported_citation",
            level=Level.STEP,
            unit="0/1",
            better=Better.LOWER,
            description="The answer cites what the agent never saw.",
        ),
        Declaration(
            name="unsupported_citations",
            level=Level.RUN,
            unit="count",
            better=Better.LOWER,
            description="Citations of what the agent never saw.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each answer with one, and a count for each run with an answer."""
        return pl.concat(unsupported_citation_rows(tables), how="diagonal")
