"""The same error of a tool again, however its arguments were varied."""

import polars as pl

from midspan.scorers.repetition.ordered_calls import turns_so_far

TOOL = ["run", "agent", "called"]


def same_error_counts(ordered: pl.DataFrame) -> pl.DataFrame:
    """Return `row` and `count` of the failures whose error their tool has given before.

    A success of the tool begins anew; agents are apart. Failures of one turn count once.
    """
    executed = ordered.select("row", *TOOL, "turn", "failed", "error").filter(
        pl.col("failed").is_not_null()
    )
    failures = executed.filter("failed", pl.col("error").is_not_null())
    twice = failures.group_by(*TOOL, "error").len().filter(pl.col("len") > 1)
    if twice.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt32, "count": pl.Int64})
    streak = (~(pl.col("failed") & _same_tool())).cum_sum()
    return (
        executed.join(twice, on=TOOL, how="semi", nulls_equal=True)
        .sort(*TOOL, "row")
        .with_columns(streak=streak)
        .filter("failed", pl.col("error").is_not_null())
        .select("row", count=turns_so_far("streak", "error"))
        .filter(pl.col("count") > 1)
    )


def _same_tool() -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in TOOL)
