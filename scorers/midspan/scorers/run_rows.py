"""Rows about runs: the value where it is known, else why it is not."""

import polars as pl


def run_rows(
    frame: pl.LazyFrame,
    name: str,
    value: pl.Expr,
    explanation: pl.Expr,
    *,
    known: pl.Expr | None = None,
    reason: pl.Expr | str = "",
    **more: pl.Expr,
) -> pl.LazyFrame:
    """Return a row of one score for each run of a frame.

    Where `known` does not hold the row is not evaluated, for the reason given. `more` are further
    columns of the rows, such as `numerator`, `n` and `evidence`.
    """
    known = pl.lit(True) if known is None else known.fill_null(False)
    why = pl.lit(reason) if isinstance(reason, str) else reason
    return frame.select(
        "run_id",
        name=pl.lit(name),
        value=pl.when(known).then(value.cast(pl.Float64)),
        explanation=pl.when(known).then(explanation),
        status=pl.when(known).then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=pl.when(~known).then(why),
        **{column: pl.when(known).then(expression) for column, expression in more.items()},
    )


def with_examples(runs: pl.LazyFrame, examples: pl.LazyFrame, **more: pl.Expr) -> pl.LazyFrame:
    """Return the runs with `evidence`, the spans of some of their calls, and `more` about them.

    Only these calls are gathered in lists, which is dear where most have nothing to show.
    """
    found = examples.group_by("run_id", maintain_order=True).agg(
        evidence=pl.col("span_id").unique(maintain_order=True), **more
    )
    joined = runs.join(found, on="run_id", how="left")
    return joined.with_columns(pl.col("evidence").fill_null([]))


def counted(number: pl.Expr, noun: str, plural: str | None = None) -> pl.Expr:
    """Return a number with its noun, as people write it: `1 turn`, `3 turns`."""
    many = pl.format(f"{{}} {plural or noun + 's'}", number)
    return pl.when(number == 1).then(pl.lit(f"1 {noun}")).otherwise(many)
