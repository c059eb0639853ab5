"""All runs of a report, as columns."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from midspan.dashboards.report.columns import flags, numbers, places
from midspan.dashboards.report.cuts import LONGEST
from midspan.dashboards.report.frames import Redact
from midspan.scorers.comparison.runs import OF_RUN

FLAGS: Final = ("planned", "meant", "counted", "checked", "evaluated", "traced")


def run_columns(
    runs: pl.DataFrame,
    scores: pl.DataFrame,
    *,
    experiments: Sequence[str],
    tasks: Sequence[tuple[str, str]],
    axes: Mapping[str, Sequence[str]],
    outcomes: Sequence[str],
    statuses: Sequence[str],
    redact: Redact,
) -> dict[str, Any]:
    """Return the columns of runs that are told of one run by itself, but for its scores."""
    place_of = {task: place for place, task in enumerate(tasks)}
    of_tasks = zip(runs["experiment"], runs["task"], strict=True)
    seconds = (runs["end_ns"] - runs["start_ns"]) / 1e9
    return {
        "id": runs["run_id"].to_list(),
        "experiment": places(runs["experiment"], experiments),
        "task": [place_of.get((experiment, task)) for experiment, task in of_tasks],
        **{axis: places(runs[axis], values) for axis, values in axes.items()},
        "trial": runs["trial"].to_list(),
        "launch": runs["launch"].to_list(),
        "outcome": places(runs["outcome"], outcomes),
        "reason": redact(_reasons(runs, scores), runs["run_id"]).str.slice(0, LONGEST).to_list(),
        "status": places(runs["status"], statuses),
        "ended_by": runs["ended_by"].to_list(),
        **{name: flags(runs[name]).to_list() for name in FLAGS},
        "start_ms": (runs["start_ns"] // 1_000_000).to_list(),
        "seconds": numbers(seconds).to_list(),
        "turns": runs["turns"].to_list(),
        "tokens": (runs["input_tokens"] + runs["output_tokens"]).to_list(),
        "cost_usd": numbers(runs["cost_usd"]).to_list(),
        "checks": _checks(runs, redact),
        "trace_id": runs["trace_ids"].list.first().to_list(),
    }


def _reasons(runs: pl.DataFrame, scores: pl.DataFrame) -> pl.Series:
    """Return why each run ended as it did, where that is no success."""
    said = (
        scores.filter(OF_RUN & (pl.col("name") == "outcome"))
        .filter(pl.col("label") != "success")
        .group_by("run_id")
        .agg(pl.col("explanation").drop_nulls().first())
    )
    told = runs.select("run_id").join(said, on="run_id", how="left", maintain_order="left")
    return told["explanation"]


def _checks(runs: pl.DataFrame, redact: Redact) -> list[list[list[Any]] | None]:
    flat = (
        runs.select("run_id", "checks")
        .with_row_index("place")
        .filter(pl.col("checks").list.len() > 0)
        .explode("checks")
        .unnest("checks")
    )
    found: list[list[list[Any]] | None] = [
        None if checks is None else [] for checks in runs["checks"]
    ]
    details = redact(flat["detail"], flat["run_id"]).str.slice(0, LONGEST)
    rows = zip(flat["place"], flat["id"], flat["passed"], details, strict=True)
    for place, name, passed, detail in rows:
        of_run = found[place]
        if of_run is not None:
            of_run.append([name, passed, detail])
    return found
