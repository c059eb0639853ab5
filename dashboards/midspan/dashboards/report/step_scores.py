"""What scorers say of runs and their steps, as blocks hold it."""

from typing import Final

import polars as pl

from midspan.dashboards.report.columns import numbers
from midspan.dashboards.report.frames import Redact

_PLAIN: Final = ("span", "call", "name", "label", "status", "source", "evidence")
TEXTS: Final = ("explanation", "reason")
_READ: Final = ("run_id", "span_id", "value", *_PLAIN[1:], *TEXTS)


def shown(
    runs: pl.DataFrame, scores: pl.DataFrame, places: pl.DataFrame, redact: Redact
) -> pl.DataFrame:
    """Return the score rows by run: of the run first, then of steps in their order."""
    here = (
        scores.select(_READ)
        .join(runs, on="run_id")
        .join(
            places.rename({"place": "span"}),
            on=["run_id", "span_id"],
            how="left",
            maintain_order="left",
        )
    )
    here = here.sort("run", "span", "call", "name", nulls_last=False).with_row_index("row")
    of_step = here.filter(pl.col("span_id").is_not_null() | pl.col("call").is_not_null())
    cited = (
        of_step.select("row", "run_id", span_id="evidence")
        .explode("span_id")
        .join(places, on=["run_id", "span_id"], maintain_order="left")
        .group_by("row", maintain_order=True)
        .agg(cited=pl.col("place"))
    )
    here = here.drop("evidence").join(cited, on="row", how="left", maintain_order="left")
    return here.with_columns(
        pl.col("cited").fill_null([]).alias("evidence"),
        *(redact(here[name], here["run_id"]).alias(name) for name in TEXTS),
    )


def columns(scores: pl.DataFrame) -> pl.DataFrame:
    """Return score rows as blocks hold them, and the `run` of each."""
    return scores.select("run", *_PLAIN, numbers(scores["value"]), *TEXTS)
