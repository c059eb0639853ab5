"""Which spans are sent: each call once, and everything that others hang under."""

from typing import Final

import polars as pl

from midspan.scorers.tables import SPANS

KEY: Final = SPANS.key


def kept(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the spans without those that only repeat another one.

    A repeat stays where it is a root, for then it stands for its trace; where the span that it
    repeats is not there; and where a span that stays hangs under it.
    """
    repeats = spans.filter(
        pl.col("duplicate_of").is_not_null() & pl.col("parent_id").is_not_null()
    ).join(
        spans.select("run_id", duplicate_of="span_id").unique(),
        on=["run_id", "duplicate_of"],
        how="semi",
    )
    while not repeats.is_empty():
        staying = spans.join(repeats, on=KEY, how="anti", maintain_order="left")
        above = staying.select("run_id", "trace_id", span_id="parent_id").unique()
        needed = repeats.join(above, on=KEY, how="semi")
        if needed.is_empty():
            return staying
        repeats = repeats.join(needed, on=KEY, how="anti")
    return spans
