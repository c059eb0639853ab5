"""Columns of Python values as frames."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl


class Gathered:
    """The columns of one table as they grow, run by run."""

    def __init__(self, schema: pl.Schema) -> None:
        """Begin with no rows."""
        self._schema = schema
        self._columns: dict[str, list[Any]] = {name: [] for name in schema}

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows, given as all columns of them."""
        for name, gathered in self._columns.items():
            gathered += columns[name]

    def add_row(self, row: Sequence[Any]) -> None:
        """Add one row, in the order of the schema."""
        for gathered, value in zip(self._columns.values(), row, strict=True):
            gathered.append(value)

    def frame(self) -> pl.DataFrame:
        """Return all rows, in the order and the types of the schema."""
        return pl.DataFrame(
            [_series(name, values, self._schema[name]) for name, values in self._columns.items()]
        )


def _series(name: str, values: Sequence[Any], type_: pl.DataType) -> pl.Series:
    if not type_.is_nested():
        return pl.Series(name, values, dtype=type_, strict=True)
    # By way of JSON: many times faster than to make a series of each list. Most are alike.
    places: dict[str | None, int] = {}
    rows = [places.setdefault(_json(value), len(places)) for value in values]
    return pl.Series(name, list(places), dtype=pl.String()).str.json_decode(type_).gather(rows)


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return msgspec.json.encode(value).decode() if value else "[]"
