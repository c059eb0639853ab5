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


def counted(number: pl.Expr, noun: str, plural: str | None = None) -> pl.Expr:
    """Return a number with its noun, as people write it: `1 turn`, `3 turns`."""
    many = pl.format(f"{{}} {plural or noun + 's'}", number)
    return pl.when(number == 1).then(pl.lit(f"1 {noun}")).otherwise(many)
