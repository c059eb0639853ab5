"""The rule `max`: a run stays within limits, and the step that goes beyond is named."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from midspan.scorers.model_requests import came_to_nothing, model_requests
from midspan.scorers.nanoseconds import in_seconds
from midspan.scorers.profile.rules import MaxRule
from midspan.scorers.resources.cost import cost_rows
from midspan.scorers.rules.assigned import Assigned, Found
from midspan.scorers.tables import Tables

SECOND: Final = 1_000_000_000
STEPS: Final = ("llm", "tool", "retriever")

_CALL: Final = pl.lit(None, pl.Int32)


def limit_rules(rules: Assigned, tables: Tables) -> Found:
    """Return what goes beyond the limits of the rules `max`."""
    of_kind = rules.of_kind(MaxRule)
    beyond: Mapping[str, Callable[[pl.LazyFrame, Tables], Found]] = {
        "calls": _calls,
        "turns": _turns,
        "tokens": _tokens,
        "seconds": _seconds,
        "cost": _cost,
    }
    violations, unknown = [], []
    for name, judge in beyond.items():
        limits = {
            number: getattr(rule.max, name)
            for number, rule in of_kind.items()
            if getattr(rule.max, name) is not None
        }
        if limits:
            of_rule = pl.DataFrame(
                {"rule": list(limits), "limit": [float(each) for each in limits.values()]},
                schema={"rule": pl.UInt32(), "limit": pl.Float64()},
            )
            found = judge(rules.runs.lazy().join(of_rule.lazy(), on="rule"), tables)
            violations.append(found.violations)
            unknown.append(found.unknown)
    return Found.of(violations, unknown)


def _calls(runs: pl.LazyFrame, tables: Tables) -> Found:
    """Return the first call too many of each run; calls are numbered from 0."""
    beyond = tables.calls.select("run_id", "call", "trace_id", "span_id").join(runs, on="run_id")
    return Found.of(
        [
            beyond.filter(pl.col("call") == pl.col("limit")).with_columns(
                explanation=_told("call", pl.col("call") + 1)
            )
        ],
        [_unknown(runs, pl.col("calls").is_null(), "what the model wrote was not recorded")],
    )


def _turns(runs: pl.LazyFrame, tables: Tables) -> Found:
    """Return the first turn too many of each run, on its first request."""
    beyond = (
        _requests(tables)
        .join(runs, on="run_id")
        .filter(pl.col("turn") == pl.col("limit"))
        .sort("start_ns", "span_id")
        .unique(["run_id", "rule"], keep="first", maintain_order=True)
    )
    told = beyond.with_columns(call=_CALL, explanation=_told("turn", pl.col("turn") + 1))
    return Found.of([told])


def _tokens(runs: pl.LazyFrame, tables: Tables) -> Found:
    """Return the request with which each run went beyond its tokens."""
    used = pl.col("input_tokens") + pl.col("output_tokens")
    requests = (
        _requests(tables)
        .filter(~came_to_nothing())
        .sort("run_id", "start_ns", "span_id")
        .with_columns(used=used, so_far=used.fill_null(0).cum_sum().over("run_id"))
    )
    beyond = (
        requests.join(runs, on="run_id", maintain_order="left")
        .filter(pl.col("so_far") > pl.col("limit"))
        .unique(["run_id", "rule"], keep="first", maintain_order=True)
        .with_columns(call=_CALL, explanation=_told("token", pl.col("so_far")))
    )
    # What is known may be too much already, whatever is not.
    gaps = requests.filter(pl.col("used").is_null()).select("run_id").unique()
    within = runs.join(beyond, on=["run_id", "rule"], how="anti")
    unknown = within.join(gaps, on="run_id", how="semi")
    reason = "tokens were not recorded for each model call"
    return Found.of([beyond], [_unknown(unknown, pl.lit(True), reason)])


def _seconds(runs: pl.LazyFrame, tables: Tables) -> Found:
    """Return the step in which the time of each run was up, else the run."""
    seconds = in_seconds(pl.col("end_ns") - pl.col("start_ns"))
    late = runs.filter(seconds > pl.col("limit")).with_columns(seconds=seconds.round(2))
    steps = tables.spans.filter(
        pl.col("kind").is_in(STEPS), pl.col("duplicate_of").is_null()
    ).select("run_id", "trace_id", "span_id", step_start="start_ns", step_end="end_ns")
    up = pl.col("start_ns") + pl.col("limit") * SECOND
    at = (
        steps.join(late.select("run_id", "rule", "start_ns", "limit"), on="run_id")
        .filter(pl.coalesce("step_end", "step_start") > up)
        .sort("step_start", "span_id")
        .unique(["run_id", "rule"], keep="first", maintain_order=True)
        .select("run_id", "rule", "trace_id", "span_id")
    )
    told = late.join(at, on=["run_id", "rule"], how="left", maintain_order="left").with_columns(
        trace_id=pl.coalesce("trace_id", "root_trace"),
        span_id=pl.coalesce("span_id", "root_span_id"),
        call=_CALL,
        explanation=_told("second", pl.col("seconds")),
    )
    return Found.of([told], [_unknown(runs, seconds.is_null(), "no span has an end")])


def _cost(runs: pl.LazyFrame, tables: Tables) -> Found:
    """Return the runs that cost too much, on their roots: prices are those of the whole run."""
    some = runs.select("run_id").unique()
    judged = tables.runs.join(some, on="run_id", how="semi").filter(pl.col("turns").is_not_null())
    costs = cost_rows(judged, tables).select("run_id", "reason", cost="value")
    # Who called no model has no row, and no cost.
    with_cost = runs.join(costs, on="run_id", how="left", maintain_order="left")
    told = with_cost.filter(pl.col("cost") > pl.col("limit")).with_columns(
        trace_id="root_trace",
        span_id="root_span_id",
        call=_CALL,
        explanation=_told("USD", pl.col("cost").round(6)),
    )
    unpriced = with_cost.filter(pl.col("reason").is_not_null())
    return Found.of([told], [unpriced])


def _requests(tables: Tables) -> pl.LazyFrame:
    return model_requests(tables.spans).select(
        *("run_id", "trace_id", "span_id", "turn", "status", "input_tokens", "output_tokens"),
        "start_ns",
    )


def _told(unit: str, used: pl.Expr) -> pl.Expr:
    """Return what was too much, without a fraction that says nothing."""
    limit = pl.col("limit").cast(pl.String).str.replace(r"\.0$", "")
    many = unit if unit == "USD" else f"{unit}s"
    number = used.cast(pl.String).str.replace(r"\.0$", "")
    plural = pl.when(pl.col("limit") == 1).then(pl.lit(unit)).otherwise(pl.lit(many))
    if unit in {"call", "turn"}:
        return pl.format(f"{unit} {{}} of at most {{}}", number, limit)
    return pl.format("{} of at most {} {}", number, limit, plural)


def _unknown(runs: pl.LazyFrame, where: pl.Expr, reason: str) -> pl.LazyFrame:
    return runs.filter(where).with_columns(reason=pl.lit(reason))
