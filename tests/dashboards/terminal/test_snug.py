"""A table that finds room before it cuts anything off."""

import pytest
from rich.text import Text

from midspan.dashboards.terminal.snug import broken, snug_table
from tests.dashboards.terminal.printing import printed

HEADS = ["score ↑", "figure", "difference", ""]
ROWS = [
    [Text("hallucinated_parameters"), Text("52 % (41 to 63)"), Text("+2 (+1 to +3)"), Text("no")],
    [Text("b"), Text("2 % (1 to 3)"), Text(""), Text("worse")],
]


def shown(width: int) -> list[str]:
    return printed(snug_table(HEADS, ROWS, width), width)


def test_with_room_every_column_is_whole() -> None:
    assert shown(80) == [
        "score ↑                           figure     difference",
        "hallucinated_parameters  52 % (41 to 63)  +2 (+1 to +3)  no",
        "b                           2 % (1 to 3)                 worse",
    ]


def test_columns_move_closer_first() -> None:
    assert shown(60)[1] == "hallucinated_parameters 52 % (41 to 63) +2 (+1 to +3) no"


def test_then_names_are_broken_where_they_are_joined() -> None:
    assert shown(56) == [
        "score ↑                 figure     difference",
        "hallucinated_  52 % (41 to 63)  +2 (+1 to +3)  no",
        "parameters",
        "b                 2 % (1 to 3)                 worse",
    ]


def test_then_intervals_go_below_their_figures() -> None:
    assert shown(46) == [
        "score ↑            figure  difference",
        "hallucinated_        52 %          +2  no",
        "parameters     (41 to 63)  (+1 to +3)",
        "b                     2 %              worse",
        "                 (1 to 3)",
    ]


@pytest.mark.parametrize("width", [36, 40, 50, 60, 70, 80, 120])
def test_nothing_is_lost_at_any_width(width: int) -> None:
    lines = shown(width)
    assert max(map(len, lines)) <= width
    letters = "".join("".join(lines).split())
    assert letters.count("worse") == 1
    assert all(part in "".join(lines) for part in ("52 %", "(41 to 63)", "(+1 to +3)"))


def test_a_name_of_any_script_is_broken_to_the_room() -> None:
    assert broken(Text("模型模型模型"), 5).plain.split("\n") == ["模型", "模型", "模型"]
    assert broken(Text("x" * 9), 4).plain.split("\n") == ["xxxx", "xxxx", "x"]
    assert broken(Text("rule.first-try ↑"), 12).plain.split("\n") == ["rule.first-", "try ↑"]
    assert broken(Text(""), 4).plain == ""
