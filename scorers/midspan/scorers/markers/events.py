"""Where a predicate holds, as rows: a step of a run, and what matched there."""

from typing import Final

import polars as pl

from midspan.scorers.file_format import TextMatch

SHOWN: Final = 200
"""Characters of what matched that are told."""

EVENTS: Final = {
    "run_id": pl.String,
    "what": pl.Int8,
    "number": pl.Int64,
    "matched": pl.String,
}
"""A step by its name: see `steps.KEY`."""

PLACED: Final = {
    "run_id": pl.String,
    "order": pl.Int64,
    "moment": pl.Int64,
    "matched": pl.String,
}
"""A step by its place."""


def events(frame: pl.DataFrame, what: int) -> pl.DataFrame:
    """Return rows of `run_id`, `number` and `matched` as events of one kind of step, each once."""
    return frame.select(
        "run_id",
        what=pl.lit(what, pl.Int8),
        number=pl.col("number").cast(pl.Int64),
        matched=pl.col("matched").str.head(SHOWN),
    ).unique(["run_id", "number"], keep="first", maintain_order=True)


def holds(column: str, match: TextMatch) -> pl.Expr:
    """Return whether a text is as it is to be; an unknown text is not."""
    text = pl.col(column)
    if match.contains is not None:
        return text.str.contains(match.contains, literal=True).fill_null(False)
    if match.regex is not None:
        return text.str.contains(match.regex).fill_null(False)
    return text.is_not_null()


def shown(column: str, match: TextMatch) -> pl.Expr:
    """Return the part of a text that matched; of any text its beginning."""
    if match.contains is not None:
        return pl.lit(match.contains)
    if match.regex is not None:
        return pl.col(column).str.extract(f"({match.regex})", 1)
    return pl.col(column).str.strip_chars().str.head(SHOWN)
