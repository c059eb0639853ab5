"""One figure from several scores: their weighted mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.composites.parts import Part, parts_of
from midspan.scorers.profile import Composite
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import SCORES, Tables

SAME: Final = 1e-9
"""A value this close to 0 or 1 is within a share's bounds."""


@dataclass(frozen=True, kw_only=True)
class Composites:
    """The composites of the profile, over the run rows of other scores.

    A score of which less is better counts as what it leaves to 1. Where a part has no row, there
    was nothing to judge: the weights of the rest are rescaled. Where one was not evaluated or
    failed, the composite is not evaluated.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = ()
    families: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="composite.*",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Weighted mean of other scores.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return no row: without other scores there is nothing to put together."""
        return self.score_of(SCORES.empty().lazy(), tables)

    def score_of(self, scores: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
        """Return a row for each run and composite of which any part has a row in `scores`."""
        composites = tables.setting.profile.composites
        parts = parts_of(tables.setting.profile)
        of_runs = scores.join(tables.runs.select("run_id"), on="run_id", how="semi")
        rows = _part_rows(of_runs, parts).join(_weights(composites, parts).lazy(), on="part")
        value, weight = pl.col("value"), pl.col("weight")
        open_ = pl.col("problem").is_not_null()
        per_run = (
            rows.sort("run_id", "composite", "place")
            .group_by("run_id", "composite", maintain_order=True)
            .agg(
                value=(value * weight).sum() / weight.sum(),
                weight=weight.sum(),
                given=pl.col("part"),
                listed=_listed().str.join(" + "),
                problem=pl.col("problem").drop_nulls().str.join("; "),
                open=open_.any(),
                evidence=pl.col("evidence").explode().drop_nulls().unique(maintain_order=True),
            )
            .join(_wholes(composites).lazy(), on="composite", maintain_order="left")
        )
        lacking = pl.col("all_parts").list.set_difference("given")
        rescaled = pl.when(lacking.list.len() > 0).then(
            pl.format("; no row of {}, so the other weights are rescaled", lacking.list.join(", "))
        )
        known = ~pl.col("open")
        return per_run.select(
            "run_id",
            name=pl.format("composite.{}", "composite"),
            value=pl.when(known).then("value"),
            explanation=pl.when(known).then(
                pl.concat_str("listed", rescaled.otherwise(pl.lit("")))
            ),
            evidence=pl.when(known).then("evidence"),
            status=pl.when(known).then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
            reason=pl.when(~known).then("problem"),
        )


def _part_rows(scores: pl.LazyFrame, parts: Mapping[str, Part]) -> pl.LazyFrame:
    """Return the one row that a part has in a run: value, problem, evidence.

    Of several rows by one name, that of code counts, else that of a model, else that of a person.
    """
    falling = pl.col("name").is_in([name for name, part in parts.items() if part.falls])
    refused = {name: part.refused for name, part in parts.items() if part.refused}
    value = pl.col("value")
    is_share = value.is_between(-SAME, 1 + SAME)
    because = pl.concat_str(pl.lit(": "), "reason").fill_null("")
    status = pl.col("status").cast(pl.String).str.replace("_", " ")
    problem = (
        pl.when(pl.col("name").is_in(list(refused)))
        .then(pl.col("name").replace_strict(refused, default=None, return_dtype=pl.String))
        .when(pl.col("status") == "not_evaluated")
        .then(pl.format("{} was {}{}", "name", status, because))
        .when(pl.col("status") == "failed")
        .then(pl.format("{} failed{}", "name", because))
        .when(value.is_null())
        .then(pl.format("{} has a label and no value", "name"))
        .when(~is_share)
        .then(pl.format("{} is {}, which is no share", "name", value))
    )
    return (
        scores.filter(
            pl.col("span_id").is_null(), pl.col("call").is_null(), pl.col("name").is_in(list(parts))
        )
        .sort("source", "scorer", maintain_order=True)
        .unique(["run_id", "name"], keep="first", maintain_order=True)
        .select(
            "run_id",
            "evidence",
            part="name",
            given_value=value,
            turned=falling,
            value=pl.when(falling).then(1 - value).otherwise(value),
            problem=problem,
        )
    )


def _listed() -> pl.Expr:
    """Return a part in words: `0.5 x success 1`."""
    shown = pl.col("given_value").round(3).cast(pl.String).str.replace(r"\.0$", "")
    what = (
        pl.when("turned")
        .then(pl.format("(1 - {} {})", "part", shown))
        .otherwise(pl.format("{} {}", "part", shown))
    )
    return pl.format("{} x {}", pl.col("weight").cast(pl.String).str.replace(r"\.0$", ""), what)


def _weights(composites: Mapping[str, Composite], parts: Mapping[str, Part]) -> pl.DataFrame:
    rows = [
        (name, place, part, weight)
        for name, composite in composites.items()
        for place, (part, weight) in enumerate(composite.weights.items())
        if part in parts
    ]
    types = {
        "composite": pl.String(),
        "place": pl.Int64(),
        "part": pl.String(),
        "weight": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=types, orient="row")


def _wholes(composites: Mapping[str, Composite]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "composite": list(composites),
            "all_parts": [sorted(each.weights) for each in composites.values()],
        },
        schema={"composite": pl.String(), "all_parts": pl.List(pl.String())},
    )
