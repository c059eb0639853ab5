"""What recovering took: calls, tokens and seconds, from the failed attempt to the success."""

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.nanoseconds import in_seconds
from midspan.scorers.recovery.episodes import detailed_episodes
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.tables import Tables


def cost_rows(tables: Tables) -> pl.LazyFrame:
    """Return the medians over the recovered episodes of each run, both ends included."""
    recovered = _recovered(tables)
    with_tokens = recovered.join(_tokens(recovered, tables), on=["run_id", "call"], how="left")
    costs = with_tokens.sort("run_id", "call").select(
        "run_id",
        "evidence",
        steps=(pl.col("closing_call") - pl.col("call") + 1).cast(pl.Float64),
        tokens=pl.col("tokens").cast(pl.Float64),
        seconds=in_seconds(pl.col("closed_ns") - pl.col("start_ns")),
    )
    per_run = costs.group_by("run_id", maintain_order=True).agg(
        pl.col("steps", "tokens", "seconds").median(),
        pl.col("tokens", "seconds").count().name.suffix("_known"),
        pl.col("evidence").explode().unique(maintain_order=True),
        steps_known=pl.len(),
        recovered=pl.len(),
    )
    return pl.concat(
        [
            _median(per_run, "steps", "calls", ""),
            _median(per_run, "tokens", "tokens", "token counts of these turns were not recorded"),
            _median(per_run, "seconds", "seconds", "times of these calls were not recorded"),
        ]
    )


def _median(per_run: pl.LazyFrame, cost: str, unit: str, unknown: str) -> pl.LazyFrame:
    known = pl.when(pl.col(f"{cost}_known") > 0)
    few = pl.col(f"{cost}_known") < pl.col("recovered")
    return per_run.select(
        "run_id",
        "evidence",
        name=pl.lit(f"{cost}_to_recovery"),
        value=known.then(cost),
        explanation=known.then(
            pl.format(
                "{} {} from the failure to the success{}{}",
                pl.col(cost).round(3).cast(pl.String).str.replace(r"\.0$", ""),
                pl.lit(unit),
                pl.when(pl.col(f"{cost}_known") > 1)
                .then(pl.format(", median of {} recoveries", f"{cost}_known"))
                .otherwise(pl.lit("")),
                pl.when(few).then(pl.lit("; not recorded for all")).otherwise(pl.lit("")),
            )
        ),
        status=known.then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=known.then(None).otherwise(pl.lit(unknown)),
    )


def _recovered(tables: Tables) -> pl.LazyFrame:
    calls = failing_runs(tables)
    found = detailed_episodes(tables).filter(pl.col("closing_row").is_not_null())
    opening, closing = found["row"], found["closing_row"]
    return (
        found.lazy()
        .with_columns(
            calls["turn"].gather(opening),
            calls["start_ns"].gather(opening),
            calls["span_id"].gather(opening),
            calls["turn"].gather(closing).alias("closing_turn"),
            calls["end_ns"].gather(closing).alias("closed_ns"),
            calls["span_id"].gather(closing).alias("closing_span"),
        )
        .with_columns(
            evidence=pl.concat_list("span_id", "closing_span").list.unique(maintain_order=True)
        )
    )


def _tokens(recovered: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the tokens of the turns of each episode; null where one of them is not known."""
    spent = pl.col("input_tokens") + pl.col("output_tokens")
    turns = model_requests(tables.spans).select("run_id", of_turn="turn", spent=spent)
    return (
        recovered.select("run_id", "call", "turn", "closing_turn")
        .join(turns, on="run_id")
        .filter(pl.col("of_turn").is_between("turn", "closing_turn"))
        .group_by("run_id", "call")
        .agg(tokens=pl.when(pl.col("spent").is_not_null().all()).then(pl.col("spent").sum()))
    )
