"""The logical calls of runs as blocks hold them."""

from typing import Final

import polars as pl

from midspan.dashboards.report.columns import Columns, flags
from midspan.dashboards.report.cuts import Texts, cut
from midspan.dashboards.report.frames import Redact

TEXTS: Final = ("arguments", "result", "error_message", "signature")
_PLAIN: Final = ("call", "turn", "name", "agent", "fault", "fault_rule", "translated")
_FLAGS: Final = ("emitted", "executed", "failed", "transient")


def shown_calls(
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


def call_columns(calls: pl.DataFrame, texts: Texts) -> Columns:
    """Return some calls as columns."""
    return {
        **{name: calls[name] for name in _PLAIN},
        **{name: calls[name] for name in ("span", "emitted_span")},
        **{name: flags(calls[name]) for name in _FLAGS},
        **{name: cut(calls[name], f"calls.{name}", texts) for name in TEXTS},
    }
