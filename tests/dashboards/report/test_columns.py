import json
import math

import polars as pl

from midspan.dashboards.report.columns import Columns, as_json, flags, numbers, ordered, places


def test_values_stand_as_planned_then_by_name() -> None:
    assert ordered(["v10", None, "v9", "main"], ["v9", "v10"]) == ["v9", "v10", "main"]
    assert ordered([None]) == []


def test_places_are_those_in_the_list() -> None:
    assert places(pl.Series(["b", None, "a", "b"]), ["a", "b"]) == [1, None, 0, 1]
    assert places(pl.Series([None, None], dtype=pl.String), []) == [None, None]


def test_numbers_that_json_lacks_are_null() -> None:
    values = pl.Series([1 / 3, math.nan, math.inf, None, 12_345_678_901.5, 0.0])
    assert numbers(values).to_list() == [0.333333333333, None, None, None, 12_345_678_901.5, 0.0]


def test_flags_keep_what_is_not_known() -> None:
    assert flags(pl.Series([True, None, False])).to_list() == [1, None, 0]


def test_json_of_columns_is_json_whatever_stands_in_them() -> None:
    texts = ['"', "\\", "\n\0\x1b\u2028", "</script>", "ü🙂", "", None]
    columns: Columns = {
        "text": pl.Series(texts),
        "list": pl.Series([[], ["a"], [None, "b"]] + [None] * 4),
        "number": pl.Series([1.5, None, 0.1 + 0.2, 3, 4, 5, 6]),
        "enum": pl.Series(["ok"] * 7, dtype=pl.Enum(["ok"])),
        "mixed": [1, "a", {"cut": "</script>"}, None, 2, 3, 4],
    }
    found = json.loads(as_json(columns))
    assert found == {
        "text": texts,
        "list": [[], ["a"], [None, "b"], None, None, None, None],
        "number": [1.5, None, 0.1 + 0.2, 3.0, 4.0, 5.0, 6.0],
        "enum": ["ok"] * 7,
        "mixed": [1, "a", {"cut": "</script>"}, None, 2, 3, 4],
    }
    assert as_json({"none": pl.Series([], dtype=pl.String)}) == b'{"none":[]}'
    assert as_json({}) == b"{}"
