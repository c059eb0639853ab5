"""Calls that repeat: the same call, the same error or the same search again, on their spans."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.repetition.identical import identical_counts
from midspan.scorers.repetition.ordered_calls import ordered_calls
from midspan.scorers.repetition.same_error import same_error_counts
from midspan.scorers.repetition.similar_search import similar_search_counts
from midspan.scorers.run_rows import run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

LABELS: Final = ("identical", "same_error", "similar_search")
"""What may repeat; of several ways in which a call repeats equally often, the first names it."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Identical consecutive calls, the same error of a tool, and much the same search.

    A repetition of an identical call counts when the later one failed or gave the same result as
    the one before: reading page after page is no loop. An error repeats until its tool succeeds.
    Queries of one search tool are much the same when they share most of their words. What was not
    recorded equals nothing. Agents of one run are looked at apart. Calls of one turn repeat what
    was before it, not each other, queries aside.
    """

    at_least: int = 2
    """The first repetition that gets a row of its own."""
    searches: int = 3
    """How many similar queries of a search tool are a loop."""
    similarity: float = 0.6
    """The share of their words that similar queries have in common: both / either."""

    version: ClassVar[str] = "2"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="loop",
            level=Level.STEP,
            unit="count",
            better=Better.LOWER,
            description="The n-th repetition of a call, of a tool's error, or of a search.",
        ),
        Declaration(
            name="longest_loop",
            level=Level.RUN,
            unit="count",
            better=Better.LOWER,
            description="The longest row of repetitions; 1 is none.",
        ),
    )

    def __post_init__(self) -> None:
        for name in ("at_least", "searches"):
            if getattr(self, name) < 2:
                raise InvalidInput(f"loop: {name} must be 2 or more, not {getattr(self, name)}")
        if not 0 < self.similarity <= 1:
            raise InvalidInput(
                f"loop: similarity must be above 0 and at most 1, not {self.similarity}"
            )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each repeating call, and one a run."""
        ordered = ordered_calls(tables)
        loops = self._loops(ordered, tables)
        steps = loops.filter(pl.col("value") >= self.at_least).select(
            "run_id",
            "span_id",
            "call",
            "trace_id",
            pl.col("value").cast(pl.Float64),
            "label",
            explanation=_step_explanation(),
            name=pl.lit("loop"),
            evidence=pl.concat_list("span_id"),
        )
        return pl.concat([steps.lazy(), self._longest(ordered, loops)], how="diagonal")

    def _loops(self, ordered: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        """Return the calls that repeat, in order, with how often and in which way."""
        counts = (
            identical_counts(ordered, tables.calls),
            same_error_counts(ordered),
            similar_search_counts(
                ordered, tables, at_least=self.searches, similarity=self.similarity
            ),
        )
        found = pl.concat(
            frame.select("row", value="count", label=pl.lit(label, pl.Enum(LABELS)))
            for label, frame in zip(LABELS, counts, strict=True)
        )
        worst = found.sort("row", -pl.col("value"), "label").unique("row", keep="first")
        return ordered.join(worst, on="row", maintain_order="left")

    def _longest(self, ordered: pl.DataFrame, loops: pl.DataFrame) -> pl.LazyFrame:
        """Return a row a run; where no arguments were recorded, that nothing repeats is unknown."""
        worst = pl.col("value").arg_max()
        longest = loops.group_by("run").agg(
            pl.col("value").max(),
            pl.col("tool", "label").get(worst),
            evidence=pl.col("span_id")
            .filter(pl.col("value") >= self.at_least)
            .unique(maintain_order=True),
        )
        comparable = pl.col("same").is_not_null().any() | (pl.len() == 1)
        runs = (
            ordered.group_by("run", maintain_order=True)
            .agg(pl.col("run_id").first(), comparable=comparable)
            .join(longest, on="run", how="left", maintain_order="left")
        )
        repeats = pl.col("value").is_not_null()
        return run_rows(
            runs.lazy(),
            "longest_loop",
            pl.col("value").fill_null(1),
            pl.when(repeats)
            .then(pl.format("`{}` repeats {} times ({})", "tool", "value", "label"))
            .otherwise(pl.lit("no call repeats")),
            known=pl.col("comparable") | repeats,
            reason="arguments of the calls were not recorded",
            evidence=pl.col("evidence"),
        )


def _step_explanation() -> pl.Expr:
    outcome = (
        pl.when("failed")
        .then(pl.lit(", and it failed again"))
        .otherwise(pl.lit(", with the same result"))
    )
    sentences = {
        "identical": pl.format(
            "`{}` called with the same arguments {} times in a row{}", "tool", "value", outcome
        ),
        "same_error": pl.format(
            "`{}` failed {} times with the same error and no success between", "tool", "value"
        ),
        "similar_search": pl.format("`{}` asked nearly the same {} times", "tool", "value"),
    }
    said = pl.lit(None, pl.String)
    for label, sentence in sentences.items():
        said = pl.when(pl.col("label") == label).then(sentence).otherwise(said)
    return said
