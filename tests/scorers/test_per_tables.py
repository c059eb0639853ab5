import gc

import pytest

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.tables import Tables
from tests.scorers.builders import tables


def test_results_are_kept_as_long_as_their_tables() -> None:
    computed = []

    @once_per_tables
    def result(tables: Tables, times: int) -> int:
        computed.append(times)
        return 2 * times

    one, other = tables(), tables()
    assert [result(one, 1), result(one, 1), result(one, 2), result(other, 1)] == [2, 2, 4, 2]
    assert computed == [1, 2, 1]

    del one
    gc.collect()
    assert result(other, 1) == 2
    assert result(tables(), 1) == 2
    assert computed == [1, 2, 1, 1]


def test_what_fails_is_not_kept() -> None:
    outcomes = [ValueError("first"), None]

    @once_per_tables
    def result(tables: Tables) -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    given = tables()
    with pytest.raises(ValueError, match="first"):
        result(given)
    result(given)
    assert outcomes == []
