"""Faults of the model: what it asked for was no call that could be made."""

from typing import Final

import polars as pl

from midspan.scorers.tables import FAULTS

MODEL_FAULTS: Final = pl.Series(
    [fault for fault in FAULTS.categories if fault.startswith("model.")], dtype=FAULTS
)


def judgeable() -> pl.Expr:
    """Return whether something of a call can be judged: arguments were recorded, or a fault is."""
    return pl.col("raw_arguments").is_not_null() | pl.col("fault").is_not_null()


def of_model() -> pl.Expr:
    """Return whether a call has a fault of the model; one of which nothing is known has none."""
    return pl.col("fault").is_in(MODEL_FAULTS.implode()).fill_null(False)
