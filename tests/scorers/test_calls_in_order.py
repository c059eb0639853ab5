"""Calls of a table by run and call, however they stand there."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.scorers.calls_in_order import KEY, in_order

Keys = list[tuple[str, int]]


def frame(keys: Keys) -> pl.DataFrame:
    """Calls with the row at which each stood before."""
    schema = {"run_id": pl.String(), "call": pl.Int32()}
    return pl.DataFrame(keys, schema=schema, orient="row").with_row_index("row")


@pytest.mark.parametrize(
    ("keys", "rows"),
    [
        ([], []),
        ([("a", 0), ("a", 2), ("b", 0)], [0, 1, 2]),
        ([("b", 0), ("b", 1), ("a", 0)], [2, 0, 1]),
        ([("a", 1), ("a", 0)], [1, 0]),
        ([("b", 0), ("a", 0), ("b", 1)], [1, 0, 2]),
    ],
)
def test_examples(keys: Keys, rows: list[int]) -> None:
    assert in_order(frame(keys))["row"].to_list() == rows


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5)), unique=True, max_size=12
    ).flatmap(lambda keys: st.sampled_from([keys, sorted(keys, key=lambda key: key[1])]))
)
def test_it_is_what_sorting_gives(keys: Keys) -> None:
    assert in_order(frame(keys)).equals(frame(keys).sort(KEY))


def test_what_is_in_order_is_not_moved() -> None:
    calls = frame([("a", 0), ("b", 0)])
    assert in_order(calls) is calls
