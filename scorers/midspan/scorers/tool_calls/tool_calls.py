"""Tool calls judged by their faults alone, whatever the task expects."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.faults.reasons import fault_reasons
from midspan.scorers.model_faults import judgeable, of_model
from midspan.scorers.recovery.operations import operations
from midspan.scorers.run_rows import counted, run_rows, with_examples
from midspan.scorers.score import Declaration
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.declarations import TOOL_CALLS


@dataclass(frozen=True, kw_only=True)
class ToolCalls:
    """Whether calls were valid and succeeded, and how often at the first attempt.

    `call_ok` stands on every call that can be judged. A call that its harness repaired has its
    fault all the same.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = TOOL_CALLS

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each judged call, and up to three a run."""
        calls = tables.calls.select(
            "run_id",
            "call",
            "span_id",
            "trace_id",
            "name",
            "emitted",
            "executed",
            "fault",
            "fault_rule",
            known=judgeable(),
            ok=pl.col("fault") == "none",
        )
        calls = calls.collect().lazy()
        judged = calls.filter(pl.col("fault").is_not_null())
        return pl.concat(
            [
                _call_ok(judged, tables),
                _invalid_calls(calls.filter("emitted")),
                _share(
                    judged.filter("executed"),
                    "call_success_rate",
                    pl.format("{} of {} executed calls have no fault", "numerator", "n"),
                ),
                _share(
                    _first_attempts(judged, tables),
                    "first_attempt_accuracy",
                    pl.format(
                        "the first attempt has no fault in {} of {}",
                        "numerator",
                        counted(pl.col("n"), "operation"),
                    ),
                ),
            ],
            how="diagonal",
        )


def _call_ok(judged: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    reasons = fault_reasons(tables).lazy()
    because = pl.concat_str(pl.lit(": "), "reason").fill_null("")
    with_reasons = judged.join(reasons, on=["run_id", "call"], how="left", maintain_order="left")
    return with_reasons.select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit("call_ok"),
        value=pl.col("ok").cast(pl.Float64),
        label=pl.col("fault").cast(pl.String),
        explanation=pl.when("ok")
        .then(pl.format("`{}` has no fault", "name"))
        .otherwise(
            pl.format(
                "`{}`: {}{}",
                "name",
                pl.coalesce("fault_rule", pl.col("fault").cast(pl.String)),
                because,
            )
        ),
        evidence=pl.concat_list("span_id"),
    )


def _invalid_calls(emitted: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row a run, 0 included; of calls of which nothing is known there is no count."""
    runs = with_examples(
        emitted.group_by("run_id").agg(
            known=pl.col("known").any(), invalid=of_model().sum().cast(pl.Int64)
        ),
        emitted.filter(of_model()),
        names=pl.col("name").unique().sort(),
    )
    number = pl.col("invalid")
    return run_rows(
        runs,
        "invalid_calls",
        number,
        pl.when(number == 0)
        .then(pl.lit("no emitted call has a fault of the model"))
        .otherwise(
            pl.format(
                "{} with a fault of the model ({})",
                counted(number, "emitted call"),
                pl.col("names").list.join(", "),
            )
        ),
        known=pl.col("known"),
        reason="arguments of the calls were not recorded",
        evidence=pl.col("evidence"),
    )


def _first_attempts(judged: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    first = operations(tables).filter(pl.col("attempt") == 0).select("run_id", "call")
    return judged.join(first, on=["run_id", "call"], how="semi")


def _share(calls: pl.LazyFrame, name: str, explanation: pl.Expr) -> pl.LazyFrame:
    runs = with_examples(
        calls.group_by("run_id").agg(
            numerator=pl.col("ok").sum().cast(pl.Int64), n=pl.len().cast(pl.Int64)
        ),
        calls.filter(~pl.col("ok")),
    )
    return run_rows(
        runs,
        name,
        pl.col("numerator") / pl.col("n"),
        explanation,
        numerator=pl.col("numerator").cast(pl.Float64),
        n=pl.col("n"),
        evidence=pl.col("evidence"),
    )
