"""How many of the emitted calls were free of a fault of the model."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.model_faults import judgeable, of_model
from midspan.scorers.run_rows import run_rows, with_examples
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables


@dataclass(frozen=True, kw_only=True)
class ValidCallRate:
    """Calls with no `model.*` fault / calls emitted.

    An emitted call counts when something of it can be judged: its arguments were recorded, or a
    fault was found. No such call in a run: no row.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="valid_call_rate",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Emitted calls without a fault of the model.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return one row a run."""
        emitted = tables.calls.filter("emitted").select(
            "run_id", "span_id", "name", "fault", known=judgeable()
        )
        emitted = emitted.collect().lazy()
        runs = with_examples(
            emitted.group_by("run_id").agg(
                numerator=(pl.col("known") & ~of_model()).sum().cast(pl.Float64),
                n=pl.col("known").sum().cast(pl.Int64),
            ),
            emitted.filter(of_model()),
            wrong=pl.col("name").unique().sort(),
        )
        return run_rows(
            runs,
            "valid_call_rate",
            pl.col("numerator") / pl.col("n"),
            _explanation(),
            known=pl.col("n") > 0,
            reason="arguments of the calls were not recorded",
            numerator=pl.col("numerator"),
            n=pl.col("n"),
            evidence=pl.col("evidence"),
        )


def _explanation() -> pl.Expr:
    faulty = pl.col("n") - pl.col("numerator").cast(pl.Int64)
    names = pl.col("wrong").list.join(", ")
    return (
        pl.when(faulty == 0)
        .then(pl.format("all {} emitted calls are valid", "n"))
        .otherwise(pl.format("{} of {} emitted calls have a model fault ({})", faulty, "n", names))
    )
