"""Rows of the score `response`, and the shares of adaptive and degenerate ones."""

import polars as pl

from midspan.scorers.recovery import reading
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.parameters import Parameters
from midspan.scorers.recovery.responses import detailed_responses
from midspan.scorers.recovery.wording import told, told_failures
from midspan.scorers.tables import Tables

UNKNOWN = "the arguments of the calls were not recorded"


def response_rows(tables: Tables, parameters: Parameters) -> pl.LazyFrame:
    """Return a row for each response: on the call that responds, the answer, or the failure.

    Where several have one place, they are one row: the worst value with its label, and all that is
    said of them, in the order of the calls.
    """
    placed = _placed(tables, parameters)
    known = pl.col("value").is_not_null()
    worst = pl.col("value").arg_min().fill_null(0)
    return (
        placed.sort("run_id", "failed_call")
        .group_by("run_id", "span_id", "call", maintain_order=True)
        .agg(
            pl.col("value").min(),
            pl.col("label").get(worst),
            pl.col("explanation").str.join("; "),
            pl.col("evidence").explode().unique(maintain_order=True),
            status=pl.when(known.any() | pl.col("label").is_not_null().any())
            .then(pl.lit("ok"))
            .otherwise(pl.lit("not_evaluated")),
        )
        .with_columns(
            name=pl.lit("response"),
            reason=pl.when(pl.col("status") != "ok").then(pl.lit(UNKNOWN)),
            explanation=pl.when(pl.col("status") == "ok").then("explanation"),
        )
    )


def share_rows(tables: Tables, parameters: Parameters) -> pl.LazyFrame:
    """Return `adaptive_share` and `degenerate_share` of each run with a response that is either."""
    found = detailed_responses(tables, parameters)
    spans = failing_runs(tables)["span_id"].gather(found["responding_row"])
    unknown = pl.col("response").is_null()
    per_run = (
        found.lazy()
        .with_columns(span=spans)
        .filter(unknown | pl.col("degenerate").is_not_null())
        .group_by("run_id", maintain_order=True)
        .agg(
            n=pl.col("degenerate").is_not_null().sum().cast(pl.Int64),
            degenerate=pl.col("degenerate").sum().cast(pl.Float64),
            unknown=unknown.sum(),
            evidence=pl.col("span").filter("degenerate"),
        )
    )
    return pl.concat(
        [_share(per_run, degenerate=False), _share(per_run, degenerate=True)], how="diagonal"
    )


def _share(per_run: pl.LazyFrame, *, degenerate: bool) -> pl.LazyFrame:
    count = pl.col("degenerate") if degenerate else pl.col("n") - pl.col("degenerate")
    kind = "degenerate" if degenerate else "adaptive"
    judged = pl.when(pl.col("n") > 0)
    others = (
        pl.when(pl.col("unknown") > 0)
        .then(pl.format("; of {} more the arguments were not recorded", "unknown"))
        .otherwise(pl.lit(""))
    )
    return per_run.select(
        "run_id",
        "evidence",
        name=pl.lit(f"{kind}_share"),
        numerator=judged.then(count.cast(pl.Float64)),
        n=judged.then("n"),
        value=judged.then(count / pl.col("n")),
        explanation=judged.then(
            pl.format(
                "{} of {} responses to failures were {}{}",
                count.cast(pl.Int64),
                "n",
                pl.lit(kind),
                others,
            )
        ),
        status=judged.then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=judged.then(None).otherwise(pl.lit(UNKNOWN)),
    )


def _placed(tables: Tables, parameters: Parameters) -> pl.LazyFrame:
    """Return the responses with the span and the call that their rows stand on."""
    calls = failing_runs(tables)
    found = detailed_responses(tables, parameters)
    responding = found["responding_row"]
    told_responses = (
        found.with_columns(
            calls["span_id"].gather(found["row"]).alias("failed_span"),
            calls["span_id"].gather(responding).alias("responding_span"),
            calls["tool"].gather(responding).alias("other"),
            calls["attempt"].gather(responding),
            calls["failed"].gather(responding),
        )
        .join(told_failures(tables), on="row", maintain_order="left")
        .lazy()
        .with_columns(
            other=told(pl.col("other")),
            worked=pl.when("attempt").then(~pl.col("failed")),
        )
    )
    answered = pl.col("answer_span_id").is_not_null()
    stopped = pl.col("response") == reading.STOPPED
    span = pl.coalesce("responding_span", "answer_span_id", "failed_span")
    return told_responses.select(
        "run_id",
        failed_call="call",
        span_id=pl.when(stopped).then("failed_span").otherwise(span),
        call=pl.when(stopped)
        .then("call")
        .when(~answered)
        .then(pl.coalesce("responding_call", "call")),
        value=(~pl.col("degenerate")).cast(pl.Float64),
        label="response",
        explanation=_explanation(),
        evidence=pl.concat_list("failed_span", span).list.unique(maintain_order=True),
    )


def _explanation() -> pl.Expr:
    response = pl.col("response")
    again = (
        pl.when(pl.col("worked"))
        .then(pl.lit(", and it worked"))
        .when(~pl.col("worked"))
        .then(pl.lit(", and it failed again"))
        .otherwise(pl.lit(""))
    )
    repeated = pl.format(
        "called {} again with the same arguments after {}{}: ", "what", "why", again
    )
    why_justified = (
        pl.when("after_change")
        .then(pl.lit("justified, the state had been changed before it"))
        .otherwise(pl.format("justified retry no. {}", "nth"))
    )
    said = (
        pl.when(response == reading.IDENTICAL)
        .then(repeated + pl.format("identical retry no. {}", "nth"))
        .when(response == reading.JUSTIFIED)
        .then(repeated + why_justified)
        .when(response == reading.PERTURBED)
        .then(
            pl.format(
                "called {} again with hardly changed arguments after {}, and the same error came",
                "what",
                "why",
            )
        )
        .when(response == reading.MODIFIED)
        .then(pl.format("called {} with other arguments after {}{}", "what", "why", again))
        .when(response == reading.SWITCH)
        .then(pl.format("turned to {} after {} failed with {}", "other", "what", "why"))
        .when(response == reading.HANDED_OFF)
        .then(pl.format("handed over with {} after {} failed with {}", "other", "what", "why"))
        .when(response == reading.ANSWERED)
        .then(
            pl.format(
                "answered after {} failed with {}, without another call for it", "what", "why"
            )
        )
        .when((response == reading.STOPPED) & pl.col("other").is_not_null())
        .then(pl.format("{} failed with {}, and only {} followed", "what", "why", "other"))
        .otherwise(pl.format("{} failed with {}, and nothing followed", "what", "why"))
    )
    cycle = (
        pl.when(pl.col("cycle_period") == 1)
        .then(pl.lit("; in a cycle of one failing call"))
        .when(pl.col("cycle"))
        .then(pl.format("; in a cycle of {} failing calls", "cycle_period"))
        .otherwise(pl.lit(""))
    )
    return said + cycle
