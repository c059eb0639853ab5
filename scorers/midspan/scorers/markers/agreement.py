"""How well markers agree with people: precision and recall against labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.markers.firings import firings
from midspan.scorers.markers.unknown import seen_runs, unknown_runs
from midspan.scorers.profile import Marker
from midspan.scorers.tables import Tables

COLUMNS: Final = ("run_id", "marker", "label")
YES: Final = ("1", "true", "yes", "y", "fired", "pass")
NO: Final = ("0", "false", "no", "n", "quiet", "fail")

Z: Final = 1.96
"""Standard errors on each side of an interval of 95 %."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share with its Wilson interval; all None where nothing is counted."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the share."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the interval in which the true share lies, 95 of 100 times.

        >>> [round(end, 2) for end in Share(hits=8, of=10).interval]
        [0.49, 0.94]
        """
        if not self.of:
            return None
        p, n = self.hits / self.of, self.of
        middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        reach = Z / (1 + Z**2 / n) * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How one marker agrees with its labels."""

    marker: str
    both: int
    """It fired, and so says the label."""
    only_fired: int
    only_labelled: int
    neither: int
    unknown: int
    """Labelled, and the run's record does not allow to say whether it fired."""

    @property
    def precision(self) -> Share:
        """Return how many of the firings are right."""
        return Share(hits=self.both, of=self.both + self.only_fired)

    @property
    def recall(self) -> Share:
        """Return how many of those labelled it found."""
        return Share(hits=self.both, of=self.both + self.only_labelled)

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of both; None where nothing fired and nothing is labelled."""
        of = 2 * self.both + self.only_fired + self.only_labelled
        return 2 * self.both / of if of else None


@dataclass(frozen=True, kw_only=True)
class Agreements:
    """Every labelled marker, and the rows on which marker and label differ."""

    markers: tuple[Agreement, ...]
    disagreements: pl.DataFrame
    """marker, run_id, span_id, label, fired, matched."""


def agreements(
    tables: Tables, markers: Mapping[str, Marker], labels: pl.DataFrame, *, source: str
) -> Agreements:
    """Return how markers agree with labels: run_id, span_id (null: the run), marker, label."""
    wanted = _read(labels, source)
    _refuse_unknown(wanted, tables, markers, source)
    named = {name: markers[name] for name in wanted["marker"].unique(maintain_order=True)}
    fired = firings(tables, {name: marker.predicate for name, marker in named.items()})
    unknown = pl.concat(
        unknown_runs(tables, marker.predicate).select("run_id", marker=pl.lit(name))
        for name, marker in named.items()
    )
    compared = _compared(wanted, fired, unknown)
    return Agreements(
        markers=tuple(_counted(name, compared.filter(pl.col("marker") == name)) for name in named),
        disagreements=compared.filter(
            (pl.col("fired") != pl.col("label")) & (~pl.col("unknown") | pl.col("fired"))
        ).select("marker", "run_id", "span_id", "label", "fired", "matched"),
    )


def _read(labels: pl.DataFrame, source: str) -> pl.DataFrame:
    lacking = [column for column in COLUMNS if column not in labels.columns]
    if lacking:
        raise InvalidInput(
            f"{source}: has no column {' and no column '.join(lacking)}",
            fix="Columns: run_id, marker, label (1 or 0), and span_id for labels of steps.",
        )
    span = pl.col("span_id") if "span_id" in labels.columns else pl.lit(None, pl.String)
    word = pl.col("label").cast(pl.String).str.strip_chars().str.to_lowercase()
    read = labels.with_row_index("line", 2).select(
        "line",
        pl.col("run_id").cast(pl.String).str.strip_chars(),
        pl.when(span.cast(pl.String).str.strip_chars() != "")
        .then(span.cast(pl.String).str.strip_chars())
        .alias("span_id"),
        pl.col("marker").cast(pl.String).str.strip_chars(),
        label=pl.when(word.is_in(YES)).then(True).when(word.is_in(NO)).then(False),
    )
    for line in read.filter(pl.col("label").is_null())["line"]:
        said = labels["label"][line - 2] or ""
        raise InvalidInput(
            f"{source}:{line}: label {said!r} is neither yes nor no",
            fix=f"Yes: {', '.join(YES)}. No: {', '.join(NO)}.",
        )
    twice = read.filter(pl.struct("run_id", "span_id", "marker").is_duplicated())
    for line, marker in twice.select("line", "marker").tail(1).iter_rows():
        raise InvalidInput(f"{source}:{line}: {marker} is labelled twice there")
    return read


def _refuse_unknown(
    wanted: pl.DataFrame, tables: Tables, markers: Mapping[str, Marker], source: str
) -> None:
    seen = set(seen_runs(tables)["run_id"])
    for line, run_id, marker in wanted.select("line", "run_id", "marker").iter_rows():
        if marker not in markers:
            raise InvalidInput(
                f"{source}:{line}: the profile has no marker {marker!r}."
                f"{suggestion(marker or '', markers)}",
                fix=f"It has {', '.join(markers) or 'none'}.",
            )
        if run_id not in seen:
            raise InvalidInput(f"{source}:{line}: the workspace has no run {run_id!r}")


def _compared(wanted: pl.DataFrame, fired: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    first = fired.sort("order").select("run_id", "span_id", "matched", marker="name")
    runs = first.unique(["run_id", "marker"], keep="first", maintain_order=True)
    steps = first.unique(["run_id", "span_id", "marker"], keep="first", maintain_order=True)
    of_runs = wanted.filter(pl.col("span_id").is_null()).join(
        runs.drop("span_id"), on=["run_id", "marker"], how="left"
    )
    of_steps = wanted.filter(pl.col("span_id").is_not_null()).join(
        steps, on=["run_id", "span_id", "marker"], how="left"
    )
    both = pl.concat([of_runs, of_steps.select(of_runs.columns)]).sort("line")
    return (
        both.with_columns(fired=pl.col("matched").is_not_null())
        .join(unknown.with_columns(unknown=pl.lit(True)), on=["run_id", "marker"], how="left")
        .with_columns(pl.col("unknown").fill_null(False))
    )


def _counted(name: str, rows: pl.DataFrame) -> Agreement:
    unknown = pl.col("unknown") & ~pl.col("fired")
    known = rows.filter(~unknown)
    counts = {
        (fired, label): known.filter(fired=fired, label=label).height
        for fired in (True, False)
        for label in (True, False)
    }
    return Agreement(
        marker=name,
        both=counts[True, True],
        only_fired=counts[True, False],
        only_labelled=counts[False, True],
        neither=counts[False, False],
        unknown=rows.height - known.height,
    )
