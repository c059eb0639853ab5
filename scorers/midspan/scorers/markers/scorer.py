"""The markers of the profile as scores: each firing on its step, and adoption of each run."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.markers.firings import firings
from midspan.scorers.markers.unknown import seen_runs, unknown_runs
from midspan.scorers.profile import Marker, Profile
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

FIRED: Final = "fired."
MARKER: Final = "marker."


@dataclass(frozen=True, kw_only=True)
class Markers:
    """Where the markers of the profile fire.

    A run in which a marker fires nowhere has 0, if its record allows to say so. A run that was
    only planned has no row.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = ()
    families: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="fired.*",
            level=Level.STEP,
            unit="0/1",
            better=Better.NEITHER,
            description="A marker fires here.",
        ),
        Declaration(
            name="marker.*",
            level=Level.RUN,
            unit="0/1",
            better=Better.NEITHER,
            description="A marker fires somewhere in the run.",
        ),
    )

    def declared_by(self, profile: Profile) -> tuple[Declaration, ...]:
        """Return the declarations of the scores that a profile's markers give."""
        return tuple(
            declaration
            for name, marker in profile.markers.items()
            for declaration in _declarations(name, marker)
        )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each firing, and one a run and marker."""
        markers = tables.setting.profile.markers
        if not markers:
            return pl.LazyFrame(schema={"run_id": pl.String, "name": pl.String})
        predicates = {name: marker.predicate for name, marker in markers.items()}
        # One step may be a message and the answer: a score stands on a span, and there once.
        fired = firings(tables, predicates).unique(
            ["run_id", "name", "span_id", "call"], keep="first", maintain_order=True
        )
        of_runs = pl.concat(_of_runs(tables, name, markers[name], fired) for name in markers)
        return pl.concat([_of_steps(fired), of_runs], how="diagonal").lazy()


def _of_steps(fired: pl.DataFrame) -> pl.DataFrame:
    return fired.select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit(FIRED) + pl.col("name"),
        value=pl.lit(1.0),
        label=pl.lit("fired"),
        explanation="matched",
        evidence=pl.concat_list("span_id").list.drop_nulls(),
        status=pl.lit("ok"),
    )


def _of_runs(tables: Tables, name: str, marker: Marker, fired: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each run that happened: whether, how often and where first it fired."""
    found = (
        fired.filter(pl.col("name") == name)
        .sort("run_id", "order")
        .group_by("run_id", maintain_order=True)
        .agg(
            firings=pl.len(),
            turn=pl.col("turn").first(),
            matched=pl.col("matched").first(),
            evidence=pl.col("span_id").drop_nulls().unique(maintain_order=True),
        )
    )
    rows = (
        seen_runs(tables)
        .join(found, on="run_id", how="left", maintain_order="left")
        .join(
            unknown_runs(tables, marker.predicate), on="run_id", how="left", maintain_order="left"
        )
    )
    hit = pl.col("firings").is_not_null()
    known = hit | pl.col("reason").is_null()
    return rows.select(
        "run_id",
        name=pl.lit(MARKER + name),
        value=pl.when(known).then(hit.cast(pl.Float64)),
        label=pl.when(known).then(pl.when(hit).then(pl.lit("fired")).otherwise(pl.lit("quiet"))),
        numerator=pl.when(known).then(pl.col("firings").fill_null(0).cast(pl.Float64)),
        explanation=pl.when(hit).then(_told()).when(known).then(pl.lit("did not fire")),
        evidence=pl.col("evidence"),
        status=pl.when(known).then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=pl.when(~known).then("reason"),
    )


def _told() -> pl.Expr:
    often = (
        pl.when(pl.col("firings") == 1)
        .then(pl.lit("fired once"))
        .otherwise(pl.format("fired {} times, first", "firings"))
    )
    turn = (
        pl.when(pl.col("turn").is_null())
        .then(pl.lit(""))
        .otherwise(pl.format(" in turn {}", "turn"))
    )
    return pl.format("{}{}: {}", often, turn, "matched")


def _declarations(name: str, marker: Marker) -> tuple[Declaration, Declaration]:
    better = Better(marker.better)
    means = marker.description or f"The marker {name}."
    return (
        Declaration(
            name=FIRED + name, level=Level.STEP, unit="0/1", better=better, description=means
        ),
        Declaration(
            name=MARKER + name, level=Level.RUN, unit="0/1", better=better, description=means
        ),
    )
