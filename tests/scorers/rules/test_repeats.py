from typing import Any

import pytest

from tests.scorers.builders import Row
from tests.scorers.rules.scoring import KEPT, told


def same(argument: int, **more: Any) -> Row:
    return {"raw_arguments": f'{{"a":{argument}}}', "arguments_hash": argument, **more}


@pytest.mark.parametrize(
    ("made", "broken"),
    [
        ([1, 1], []),
        ([1, 1, 1], [2]),
        ([1, 1, 1, 1], [2, 3]),
        ([1, 1, 2, 1], []),
        ([2, 1, 1, 1], [3]),
    ],
)
def test_so_many_equal_calls_in_a_row(made: list[int], broken: list[int]) -> None:
    rows = told("no_repeat: 3", *(same(each) for each in made))
    assert [row[2] for row in rows if row[0] == "violation.it"] == broken
    assert rows[-1][3] == (0.0 if broken else 1.0)
    if broken:
        assert rows[0][4] == "`look` called 3 times in a row with the same arguments"


def test_agents_repeat_each_for_itself() -> None:
    turns = [same(1, agent=agent) for agent in ("a", "b", "a", "b", "a")]
    assert [row[2] for row in told("no_repeat: 3", *turns) if row[2] is not None] == [4]
    assert told("no_repeat: 3", *turns[:4]) == KEPT


def test_unknown_arguments_may_be_equal_ones() -> None:
    unknown = told("no_repeat: 3", same(1), {}, same(1))
    assert unknown == [("rule.it", None, None, None, "arguments of the calls were not recorded")]
    assert told("no_repeat: 3", same(1), {}, {"name": "find"}) == KEPT
