"""What score rows add up to over all runs: frames for a summary, computed without loading rows."""

from collections.abc import Collection, Mapping

import polars as pl

from midspan.scorers.score import Better

_OF_RUN = pl.col("span_id").is_null() & pl.col("call").is_null()
_OK = pl.col("status") == "ok"


def summary(scores: pl.LazyFrame, *, medians: Collection[str] = ()) -> pl.LazyFrame:
    """Return a row per score: on how many runs and steps, and the mean and pooled value of runs.

    `pooled` is all numerators over all denominators. The median is given of the `medians` alone:
    it needs all values at once.
    """
    value = pl.col("value").filter(_OF_RUN & _OK)
    counted = _OF_RUN & _OK & pl.col("numerator").is_not_null() & (pl.col("n") > 0)
    per_score = scores.group_by("name").agg(
        runs=(_OF_RUN & _OK).sum(),
        steps=(~_OF_RUN & _OK).sum(),
        mean=value.mean(),
        pooled=pl.col("numerator").filter(counted).sum() / pl.col("n").filter(counted).sum(),
        not_evaluated=(_OF_RUN & (pl.col("status") == "not_evaluated")).sum(),
        failed=(_OF_RUN & (pl.col("status") == "failed")).sum(),
    )
    middle = (
        scores.filter(_OF_RUN & _OK & pl.col("name").is_in(list(medians)))
        .group_by("name")
        .agg(median=pl.col("value").median())
    )
    joined = per_score.join(middle, on="name", how="left")
    return joined.with_columns(pl.col("pooled").fill_nan(None)).sort("name")


def labels(scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return how many runs have which label, of scores whose rows of runs have labels alone."""
    of_runs = scores.filter(_OF_RUN & _OK & pl.col("value").is_null())
    return (
        of_runs.group_by("name", "label")
        .agg(runs=pl.len())
        .sort("name", "runs", "label", descending=[False, True, False])
    )


def unjudged(scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return why runs have no value: a row for the scores that are told the same of equal runs.

    `reason` is the commonest one, `reasons` how many there are.
    """
    per_reason = (
        scores.filter(_OF_RUN & ~_OK)
        .group_by("name", "status", "reason")
        .agg(runs=pl.len())
        .sort("runs", "reason", descending=[True, False])
    )
    per_score = per_reason.group_by("name", "status", maintain_order=True).agg(
        pl.col("reason").first(), reasons=pl.len(), runs=pl.col("runs").sum()
    )
    return (
        per_score.group_by("status", "reason", "reasons", "runs")
        .agg(names=pl.col("name").sort())
        .sort("runs", "status", "names", descending=[True, True, False])
    )


def worst_runs(
    scores: pl.LazyFrame, better: Mapping[str, Better], *, most: int = 3
) -> pl.LazyFrame:
    """Return the runs that are worst by the mean of some shares, worst first.

    `better` says of each share which way it is better. `names` and `values` are those that a run
    falls short in; a run that falls short in none is not listed.
    """
    falls = [name for name, which in better.items() if which is Better.LOWER]
    short = pl.when(pl.col("name").is_in(falls)).then("value").otherwise(1 - pl.col("value"))
    return (
        scores.filter(_OF_RUN & _OK & pl.col("name").is_in(list(better)))
        .filter(pl.col("value").is_not_null())
        .select("run_id", "name", "value", short=short)
        .group_by("run_id")
        .agg(
            badness=pl.col("short").mean(),
            weight=pl.col("short").sum(),
            names=_falling_short("name"),
            values=_falling_short("value"),
        )
        .filter(pl.col("badness") > 0)
        .sort("badness", "weight", "run_id", descending=[True, True, False])
        .head(most)
    )


def _falling_short(column: str) -> pl.Expr:
    """Return what a run falls short in, most first."""
    short = pl.col("short") > 0
    order = (pl.col("short").filter(short), pl.col("name").filter(short))
    return pl.col(column).filter(short).sort_by(*order, descending=[True, False])
