"""Frames from rows that Python made."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl


def framed(rows: Iterable[tuple[Any, ...]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame made column by column, which is several times faster than row by row."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
