"""What agents make up: tools, parameters and values."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.grounding.hallucinated_parameters import hallucinated_parameter_rows
from midspan.scorers.grounding.hallucinated_tools import hallucinated_tool_rows
from midspan.scorers.grounding.ungrounded_arguments import ungrounded_argument_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables


def _declared(name: str, plural: str, description: str) -> tuple[Declaration, Declaration]:
    return (
        Declaration(
            name=name,
            level=Level.STEP,
            unit="0/1",
            better=Better.LOWER,
            description=description,
        ),
        Declaration(
            name=plural,
            level=Level.RUN,
            unit="count",
            better=Better.LOWER,
            description=description,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """Calls of tools that do not exist, parameters that no tool has, and values unheard of.

    The last are hints: that a value was never mentioned makes it doubtful, not wrong.
    """

    arguments: bool = True
    """Whether to look for values that nothing before them mentions."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        *_declared("hallucinated_tool", "hallucinated_tools", "Calls of tools that do not exist."),
        *_declared(
            "hallucinated_parameter",
            "hallucinated_parameters",
            "Parameters that their tool does not have.",
        ),
        *_declared(
            "ungrounded_argument",
            "ungrounded_arguments",
            "Ids, addresses and paths that nothing before mentions: a hint.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each such call, and up to three counts a run."""
        frames = [*hallucinated_tool_rows(tables), *hallucinated_parameter_rows(tables)]
        if self.arguments:
            frames += ungrounded_argument_rows(tables)
        return pl.concat(frames, how="diagonal")
