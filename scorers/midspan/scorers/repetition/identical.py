"""The same call again, at once, and it led no further."""

import polars as pl

from midspan.scorers.repetition.ordered_calls import text_of, turns_so_far


def identical_counts(ordered: pl.DataFrame, calls: pl.LazyFrame) -> pl.DataFrame:
    """Return `row` and `count` of the calls that repeat the one before of their agent.

    A repetition counts when it failed or gave the same result: reading page after page is none.
    Calls of one turn count once.
    """
    of_agents = ordered.select(
        *("row", "run_id", "call", "name", "run", "agent", "turn", "called", "same", "failed")
    )
    of_agents = of_agents.sort("run", "agent", "row")
    again = pl.all_horizontal(_as_before(name) for name in ("run", "called", "same"))
    again &= pl.col("agent").eq_missing(pl.col("agent").shift())
    of_agents = of_agents.with_columns(
        again=again.fill_null(False), failed=pl.col("failed").fill_null(False)
    ).with_columns(undecided=pl.col("again") & ~pl.col("failed"))
    # What is left still stands beside the call that it repeats, or that repeats it.
    rows = of_agents.filter(_or_the_next("again"))
    results = text_of(calls, rows.filter(_or_the_next("undecided")), "result")
    same_result = _as_before("result").fill_null(False)
    rows = rows.join(results, on="row", how="left", maintain_order="left").with_columns(
        repeats=pl.col("again") & (pl.col("failed") | same_result)
    )
    streaks = rows.with_columns(streak=(~pl.col("repeats")).cum_sum())
    counts = streaks.select("row", count=turns_so_far("streak"))
    return counts.filter(pl.col("count") > 1)


def _as_before(column: str) -> pl.Expr:
    """Return whether the row before has the same; unknown is never the same."""
    return pl.col(column) == pl.col(column).shift()


def _or_the_next(flag: str) -> pl.Expr:
    """Return whether it holds for a row, or for the one after."""
    return pl.col(flag) | pl.col(flag).shift(-1, fill_value=False)
