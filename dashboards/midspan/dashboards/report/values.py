"""What single runs come to by score, and why some have no value."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from midspan.dashboards.report.columns import flags, numbers, places
from midspan.dashboards.report.frames import Redact
from midspan.scorers.comparison.declared import POOLED
from midspan.scorers.comparison.runs import OF_RUN

COUNTED_TOGETHER: Final = (*sorted(POOLED), "attempts_per_operation")
"""Scores of which numerator and denominator are needed, too."""


def values(runs: pl.DataFrame, scores: pl.DataFrame, redact: Redact) -> dict[str, Any]:
    """Return the columns `values`, `numerators`, `n` and `unevaluated` of the runs."""
    numbered = runs.select("run_id").with_row_index("place")
    of_runs = scores.filter(OF_RUN).join(numbered, on="run_id")
    ok = of_runs.filter((pl.col("status") == "ok") & pl.col("value").is_finite())
    # Where two scorers give one score, its value is the mean, as it is in figures.
    by_name = (
        ok.group_by("name", "place")
        .agg(pl.col("value", "numerator").mean(), pl.col("n").cast(pl.Float64).mean())
        .sort("name", "place")
        .partition_by("name", as_dict=True, maintain_order=True)
    )
    per_score = {str(name): rows for (name,), rows in by_name.items()}
    together = {name: per_score[name] for name in COUNTED_TOGETHER if name in per_score}
    return {
        "values": _columns(per_score, "value", runs.height),
        "numerators": _columns(together, "numerator", runs.height),
        "n": _columns(together, "n", runs.height),
        "unevaluated": _unevaluated(of_runs, redact),
    }


def labels_alone(scores: pl.DataFrame) -> Sequence[str]:
    """Return the scores of runs that have a label and no value."""
    told = scores.filter(OF_RUN & (pl.col("status") == "ok"))
    none = told.group_by("name").agg(pl.col("value").is_null().all()).filter("value")
    return sorted(none["name"])


def _columns(
    rows: Mapping[str, pl.DataFrame], column: str, height: int
) -> dict[str, list[float | None]]:
    found = {}
    for name, of_score in rows.items():
        line: list[float | None] = [None] * height
        shown = numbers(of_score[column]).to_list()
        for place, value in zip(of_score["place"].to_list(), shown, strict=True):
            line[place] = value
        found[name] = line
    return found


def _unevaluated(of_runs: pl.DataFrame, redact: Redact) -> dict[str, Any]:
    missing = of_runs.filter(pl.col("status") != "ok").sort("name", "place", "status", "reason")
    missing = missing.unique(["name", "place"], keep="first", maintain_order=True)
    missing = missing.with_columns(redact(missing["reason"], missing["run_id"]).alias("reason"))
    found = {}
    for (name,), rows in missing.partition_by("name", as_dict=True, maintain_order=True).items():
        reasons = rows["reason"].fill_null("no reason was given")
        told = sorted(set(reasons))
        found[str(name)] = {
            "run": rows["place"].to_list(),
            "reason": places(reasons, told),
            "failed": flags(rows["status"] == "failed").to_list(),
            "reasons": told,
        }
    return found
