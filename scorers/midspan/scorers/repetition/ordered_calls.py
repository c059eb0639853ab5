"""The calls of all runs in order, as numbers, so that looking for repetitions is cheap.

What tells equal calls apart is a hash of their arguments. Results and arguments themselves are
large and wanted for few calls: they are read for those alone, when it is known which.
"""

import polars as pl

from midspan.scorers.calls_in_order import KEY, in_order, with_inner_tools
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.tables import Tables


@once_per_tables
def ordered_calls(tables: Tables) -> pl.DataFrame:
    """Return the calls by run and call, with codes.

    `row` numbers them, and `run`, `agent`, `called` and `error` are codes of run, agent, tool and
    error. `tool` is the inner one of a dispatcher. `same` is equal for equal arguments: null where
    nothing of them is recorded.
    """
    columns = (
        *("agent", "turn", "span_id", "trace_id"),
        *("name", "failed", "signature", "arguments_hash"),
    )
    frame = tables.calls.select(*KEY, *columns).collect()
    return (
        with_inner_tools(_with_malformed(in_order(frame), tables.calls), tables)
        .with_columns(
            run=pl.col("run_id").rle_id(),
            agent=_codes("agent"),
            called=_codes("tool"),
            error=_codes("signature"),
        )
        .drop("signature", "arguments_hash")
        .with_row_index("row")
    )


def text_of(calls: pl.LazyFrame, wanted: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return `row` and one of the large columns for the ordered calls that are wanted."""
    if wanted.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt32, column: pl.String})
    keys = wanted.lazy().select("row", *KEY).unique("row")
    # By name first: where few tools are wanted, most rows need not be joined.
    of_tools = calls.filter(pl.col("name").is_in(wanted["name"].unique().implode()))
    return of_tools.select(*KEY, column).join(keys, on=KEY).select("row", column).collect()


def turns_so_far(*streak: str) -> pl.Expr:
    """Return how many turns of its streak there were up to a call, its own included.

    Calls of one turn are not repetitions of each other: none knew what became of the others.
    A call whose turn was not recorded is a turn of its own.
    """
    new = pl.col("turn").is_null() | pl.struct(*streak, "turn").is_first_distinct()
    return new.cast(pl.Int64).cum_sum().over(streak)


def _codes(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Categorical).to_physical()


def _with_malformed(frame: pl.DataFrame, calls: pl.LazyFrame) -> pl.DataFrame:
    """Return the calls with `same`: of arguments that are no JSON, the text as it was written."""
    hashed = frame.with_columns(same=pl.col("arguments_hash"))
    if not hashed["same"].null_count():
        return hashed
    text = pl.coalesce("arguments", "raw_arguments")
    # Null has a hash as well, and what was not recorded equals nothing.
    written = pl.when(text.is_not_null()).then(text.hash())
    malformed = calls.filter(pl.col("arguments_hash").is_null()).select(*KEY, written=written)
    joined = hashed.join(malformed.collect(), on=KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("same", "written").alias("same")).drop("written")
