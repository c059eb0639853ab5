"""The logical calls of runs as blocks hold them."""

from typing import Final

import polars as pl

from midspan.dashboards.report.columns import flags
from midspan.dashboards.report.frames import Redact

TEXTS: Final = ("arguments", "result", "error_message", "signature")
_PLAIN: Final = ("call", "turn", "name", "agent", "fault", "fault_rule", "translated")
_FLAGS: Final = ("emitted", "executed", "failed", "transient")


def shown(
    runs: pl.DataFrame, calls: pl.DataFrame, places: pl.DataFrame, redact: Redact
) -> pl.DataFrame:
    """Return the calls by run, in their order; `places` says where each span of a run stands."""
    here = calls.join(runs, on="run_id").sort("run", "call")
    for name, column in (("span", "span_id"), ("emitted_span", "emitted_span_id")):
        at = places.select("run_id", pl.col("span_id").alias(column), pl.col("place").alias(name))
        here = here.join(at, on=["run_id", column], how="left", maintain_order="left")
    # Arguments as they came, where they are no JSON.
    here = here.with_columns(arguments=pl.coalesce("arguments", "raw_arguments"))
    return here.with_columns(redact(here[name], here["run_id"]).alias(name) for name in TEXTS)


def columns(calls: pl.DataFrame) -> pl.DataFrame:
    """Return calls as blocks hold them, and the `run` of each."""
    return calls.select(
        "run",
        *_PLAIN,
        *("span", "emitted_span"),
        *(flags(calls[name]) for name in _FLAGS),
        *TEXTS,
    )
