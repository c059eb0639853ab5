"""Requests to the model that failed, and those that were sent again."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.faults.rules import TRANSIENT, TRANSIENT_WITHIN, FaultRules
from midspan.scorers.model_requests import model_requests
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

TRANSIENT_STATUS: Final = (408, 425, 429, 500, 502, 503, 504)
"""HTTP statuses that may pass by themselves."""

KEY: Final = ["run_id", "trace_id", "span_id"]


@dataclass(frozen=True, kw_only=True)
class ProviderFaults:
    """Model calls that failed, told apart by whether the error may pass by itself, and retries."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="provider_fault",
            level=Level.STEP,
            unit="0/1",
            better=Better.LOWER,
            description="A request to the model failed.",
        ),
        Declaration(
            name="provider_faults",
            level=Level.RUN,
            unit="count",
            better=Better.LOWER,
            description="Requests to the model that failed.",
        ),
        Declaration(
            name="provider_retries",
            level=Level.RUN,
            unit="count",
            better=Better.LOWER,
            description="Requests that the provider's client sent again.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each failed model call, and two for each run that called a model."""
        requests = (
            model_requests(tables.spans)
            .select(*KEY, "start_ns", "status", "error_type", "http_status", "retry_of")
            .sort("run_id", "start_ns", "span_id")
            .collect()
        )
        faults = _faults(requests, tables)
        runs = (
            requests.lazy()
            .join(faults.select(*KEY, "transient"), on=KEY, how="left", maintain_order="left")
            .group_by("run_id", maintain_order=True)
            .agg(
                faults=pl.col("transient").count(),
                transient=pl.col("transient").sum(),
                fault_evidence=pl.col("span_id").filter(pl.col("transient").is_not_null()),
                retries=pl.col("retry_of").count(),
                retry_evidence=pl.col("span_id").filter(pl.col("retry_of").is_not_null()),
            )
        )
        return pl.concat([_step_rows(faults), *_run_rows(runs)], how="diagonal")


def _faults(requests: pl.DataFrame, tables: Tables) -> pl.LazyFrame:
    """Return the failed requests with `said`, what the error says, and `transient`."""
    failed = requests.lazy().filter(pl.col("status") == "error")
    messages = tables.text.filter(pl.col("error_message").is_not_null())
    own = tuple(tables.setting.profile.errors.transient)
    pattern = FaultRules(transient=(*TRANSIENT, *own)).transient_pattern
    by_status = pl.col("http_status").is_in(TRANSIENT_STATUS)
    transient = by_status.fill_null(False) | _said(_in_words("error_type")).str.contains(pattern)
    return failed.join(messages.select(*KEY, "error_message"), on=KEY, how="left").with_columns(
        said=_said(pl.col("error_type")), transient=transient
    )


def _said(error_type: pl.Expr) -> pl.Expr:
    status = pl.format("HTTP {}", "http_status")
    parts = [status, error_type, pl.col("error_message")]
    return pl.concat_str(parts, separator=": ", ignore_nulls=True).str.slice(0, TRANSIENT_WITHIN)


def _in_words(column: str) -> pl.Expr:
    """Return names of classes as words: `APITimeoutError` speaks of a timeout."""
    return (
        pl.col(column)
        .str.replace_all("([a-z])([A-Z])", "$1 $2")
        .str.replace_all("([A-Z])([A-Z][a-z])", "$1 $2")
    )


def _step_rows(faults: pl.LazyFrame) -> pl.LazyFrame:
    kind = pl.when("transient").then(pl.lit(", and may pass when sent again")).otherwise(pl.lit(""))
    said = pl.when(pl.col("said") == "").then(pl.lit("no reason given")).otherwise("said")
    return faults.select(
        *KEY,
        name=pl.lit("provider_fault"),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.format("the request failed{}: {}", kind, said),
        evidence=pl.concat_list("span_id"),
    )


def _run_rows(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    faults = pl.col("faults")
    told = pl.format("{} failed, {} of them transient", counted(faults, "request"), "transient")
    retries = counted(pl.col("retries"), "request") + " sent again by the provider's client"
    return [
        run_rows(
            runs,
            "provider_faults",
            faults,
            pl.when(faults == 0).then(pl.lit("no request failed")).otherwise(told),
            evidence=pl.col("fault_evidence"),
        ),
        run_rows(
            runs, "provider_retries", pl.col("retries"), retries, evidence=pl.col("retry_evidence")
        ),
    ]
