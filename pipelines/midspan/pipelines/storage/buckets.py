"""Which bucket a run's rows stand in: by the last two digits of its id, or all in one."""

from typing import Final

import polars as pl

from midspan.pipelines.storage.settings import SMALL_BUCKETS

ONLY_BUCKET: Final = "00"


def bucket_of(run_id: str, buckets: int) -> str:
    """Return the bucket of a run, of so many."""
    return ONLY_BUCKET if buckets == SMALL_BUCKETS else run_id[-2:]


def bucket_column(buckets: int) -> pl.Expr:
    """Return the buckets that rows stand in, of so many, by their `run_id`."""
    if buckets == SMALL_BUCKETS:
        return pl.lit(ONLY_BUCKET)
    return pl.col("run_id").str.tail(2)
