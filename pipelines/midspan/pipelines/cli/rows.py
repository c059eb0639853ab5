"""Rows on stdout: JSON when asked for, a table on a terminal, else separated by tabs."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from midspan.pipelines.cli import console

Row = Mapping[str, object]


def show(rows: Sequence[Row], *, as_json: bool = False) -> None:
    """Print the rows, all with the same columns; on a terminal no cell is folded."""
    if as_json:
        sys.stdout.write(json_text(list(rows)))
    elif not sys.stdout.isatty():
        show_tabbed(rows)
    else:
        show_table(rows)


def show_tabbed(rows: Sequence[Row]) -> None:
    """Print the rows separated by tabs, below the names of their columns."""
    for row in rows[:1]:
        sys.stdout.write("\t".join(row) + "\n")
    for row in rows:
        sys.stdout.write("\t".join(map(cell, row.values())) + "\n")


def show_table(rows: Sequence[Row]) -> None:
    """Print the rows in columns."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0] if rows else ():
        table.add_column(name, no_wrap=True, overflow="ignore")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row.values()))
    console.output().print(table, crop=False)


def json_text(found: object) -> str:
    """Return what was found as JSON: no number in it is one that JSON does not know."""
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def listed(*words: str) -> list[str]:
    """Return names that were separated by commas.

    >>> listed("loop, success", "tokens")
    ['loop', 'success', 'tokens']
    """
    return [part.strip() for word in words for part in word.split(",") if part.strip()]


def cell(value: object) -> str:
    """Return a value as it stands in a row; nothing is an empty cell."""
    return "" if value is None else str(value)


def from_home(text: str) -> str:
    """Return the text with the user's home folder as `~`, as a shell takes it."""
    return text.replace(f"{Path.home()}/", "~/")
