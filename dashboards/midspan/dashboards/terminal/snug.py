"""A table that finds room: closer columns first, then broken names, then intervals on a line below.

A column that is cut off by the edge of the screen says less than one of two lines.
"""

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_GAPS: Final = (2, 1)
_LEAST: Final = 14
"""Columns that a name gets before intervals have to give way."""

_JOINT: Final = re.compile(r"(?<=[_./·\- ])(?=[^↑↓])")
"""Where a name may be broken: behind what joins its parts, and not before its arrow."""

Rows = Sequence[Sequence[Text]]


def snug_table(heads: Sequence[str], rows: Rows, width: int) -> Table:
    """Return a table no wider than the screen; the first column holds names, others figures."""
    names = [Text(heads[0]), *(row[0] for row in rows)]
    whole = max(cell_len(line) for name in names for line in name.plain.split("\n"))
    shown, gap, room = _layout(heads, rows, width, whole)
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for place, head in enumerate(heads):
        last = place == len(heads) - 1
        right = place > 0 and not last
        name = broken(Text(head), room) if not place else Text(head)
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for row in shown:
        table.add_row(broken(row[0], room), *row[1:])
    return table


def _layout(heads: Sequence[str], rows: Rows, width: int, whole: int) -> tuple[Rows, int, int]:
    """Return the rows to show, the gap between columns, and the room for names."""
    stacked = [[row[0], *map(_stacked, row[1:])] for row in rows]
    for shown in (rows, stacked):
        rooms = [(gap, width - _others(heads, shown, gap)) for gap in _GAPS]
        for least in (whole, min(whole, _LEAST)):
            for gap, room in rooms:
                if room >= least:
                    return shown, gap, room
    return stacked, 1, max(4, width - _others(heads, stacked, 1))


def broken(name: Text, room: int) -> Text:
    """Return a name on as many lines as it needs, each no wider than the room.

    >>> broken(Text("hallucinated_parameters"), 14).plain
    'hallucinated_\\nparameters'
    """
    lines = [""]
    for part in _JOINT.split(name.plain):
        if cell_len(lines[-1] + part.rstrip()) > room and lines[-1]:
            lines.append("")
        lines[-1] += part
        while cell_len(lines[-1]) > room and len(lines[-1]) > 1:
            fitting = _fitting(lines[-1], room)
            lines[-1:] = [lines[-1][:fitting], lines[-1][fitting:]]
    return Text("\n".join(line.rstrip() for line in lines), style=name.style)


def _fitting(text: str, room: int) -> int:
    """Return how many characters fit, at least one."""
    taken = 0
    for place, character in enumerate(text):
        taken += cell_len(character)
        if taken > room:
            return max(1, place)
    return len(text)


def _others(heads: Sequence[str], rows: Rows, gap: int) -> int:
    """Return how much all columns but the first take."""
    columns = zip(*([Text(head) for head in heads], *rows), strict=True)
    widths = [
        max(cell_len(line) for cell in column for line in cell.plain.split("\n"))
        for column in columns
    ]
    return sum(widths[1:]) + gap * (len(widths) - 1)


def _stacked(cell: Text) -> Text:
    """Return a figure with its interval on a line below."""
    return Text(cell.plain.replace(" (", "\n("), style=cell.style)
