"""The overview of a report for a terminal, and as Markdown."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.markdown import plain_markdown, table_lines
from midspan.dashboards.report.overview import LEGEND, Overview
from midspan.dashboards.terminal.cells import NOTHING, printable

_GAP: Final = 2
"""Columns between two columns."""

_NAMES: Final = 0.4
"""Of the width, what names may take at most: longer ones are folded."""


def overview_page(overview: Overview, width: int) -> RenderableType:
    """Return the overview for a terminal; columns that are too many stand in a second table."""
    lines: list[RenderableType] = [
        Text(printable(overview.title), style="bold"),
        Text(printable(overview.about), style="dim"),
    ]
    for columns in _fitting(overview, width) if overview.rows else ():
        lines += [Text(), _table(overview, columns, width)]
    return Group(
        *lines,
        Text(),
        Text(printable(overview.outcomes)),
        *(Text(printable(note), style="yellow") for note in overview.notes),
        *(Text(line, style="dim") for line in LEGEND),
    )


def _table(overview: Overview, columns: Sequence[int], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(overview.heads[0], max_width=_widest(width), overflow="fold")
    for column in columns[1:]:
        table.add_column(Text(_lines(overview.heads[column])), justify="right", no_wrap=True)
    for row in overview.rows:
        name = Text(printable(row[0]) or NOTHING)
        table.add_row(name, *(Text(_lines(row[column])) for column in columns[1:]))
    return table


def _widest(width: int) -> int:
    """Return how wide the names of sides may be."""
    return max(1, int(width * _NAMES))


def _fitting(overview: Overview, width: int) -> Iterator[list[int]]:
    """Yield the columns of each table: the first one begins all of them."""
    widths = [
        max(
            cell_len(line)
            for row in (overview.heads, *overview.rows)
            for line in _lines(row[place]).split("\n")
        )
        for place in range(len(overview.heads))
    ]
    names = min(widths[0], _widest(width))
    columns, used = [0], names
    for place in range(1, len(widths)):
        if used + _GAP + widths[place] > width and len(columns) > 1:
            yield columns
            columns, used = [0], names
        columns.append(place)
        used += _GAP + widths[place]
    yield columns


def _lines(cell: str) -> str:
    """Return a cell in two short lines rather than a long one: the figure, and how sure it is."""
    return printable(cell).replace(" (", "\n(").replace(", ", ",\n")


def overview_markdown(overview: Overview) -> str:
    """Return the overview as Markdown, for the comment of a pull request."""
    lines = [
        f"## {plain_markdown(overview.title)}",
        "",
        plain_markdown(overview.about),
        "",
        *([*table_lines(overview.heads, overview.rows), ""] if overview.rows else []),
        plain_markdown(overview.outcomes),
        "",
        *(f"- {plain_markdown(note)}" for note in overview.notes),
        *([""] if overview.notes else []),
        *(f"<sub>{plain_markdown(line)}</sub>  " for line in LEGEND),
    ]
    return "\n".join([*lines, ""])
