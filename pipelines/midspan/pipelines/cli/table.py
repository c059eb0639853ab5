"""`midspan table`: a table of a workspace, for a person or a program."""

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import polars as pl

from midspan.instrumentation.streams import visible
from midspan.pipelines.cli import console
from midspan.pipelines.cli.conditions import conditions_of, require, why_nothing
from midspan.pipelines.comparison.aggregates import AGGREGATES, aggregate
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import ALL

TABLES: Final = (*ALL, *AGGREGATES)
MOST_ROWS: Final = 2**32 - 1
"""As many as polars can count in one frame."""

TOO_WIDE: Final = "wider than this terminal: --wide prints a block for each row"


@click.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("name", metavar="TABLE")
@click.option("--json", "form", flag_value="json", help="One JSON array, all columns.")
@click.option("--csv", "form", flag_value="csv", help="CSV, all columns; lists as JSON.")
@click.option("--wide", "form", flag_value="wide", help="A block for each row, nothing cut.")
@click.option("--columns", help="Only these columns, separated by commas.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Only rows with this value; an empty VALUE is null, and of an id the first digits do. "
    "May be given several times.",
)
@click.option("--limit", type=click.IntRange(min=0), help="At most so many rows.")
def command(
    workspace: Path,
    name: str,
    form: str | None,
    columns: str | None,
    conditions: tuple[str, ...],
    limit: int | None,
) -> None:
    """Print a TABLE of a workspace: spans, text, runs, calls, scores, tools or quarantine.

    `cells` (task x variant) and `variants` are computed from runs and scores when asked.

    \b
    Example:
      midspan table shop calls --columns run_id,name,fault --limit 5
      midspan table shop calls --where run_id=1fbe5934 --wide
      midspan table shop scores --where name=loop --where label=identical
      midspan table shop scores --json | jq '.[] | select(.name == "loop")'
    """
    if name not in TABLES:
        close = difflib.get_close_matches(name, TABLES, n=1)
        hint = f". Did you mean {close[0]}?" if close else f"; there are {', '.join(TABLES)}"
        raise InvalidInput(f"no such table: {name}{hint}")
    opened = Workspace(workspace)
    frame = aggregate(opened, name).lazy() if name in AGGREGATES else opened.table(name)
    schema = frame.collect_schema()
    wanted = conditions_of(conditions, schema)
    chosen = _chosen(columns, schema.names())
    found = frame.filter([one.holds for one in wanted]) if wanted else frame
    found = found.select(chosen or schema.names())
    rows = (found if limit is None else found.head(min(limit, MOST_ROWS))).collect()
    if form == "json":
        _print_text(rows.write_json() + "\n")
    elif form == "csv":
        _print_text(_flat(rows).write_csv())
    elif form == "wide":
        _print_records(rows, chosen)
    else:
        _print(name, rows, chosen)
    if rows.is_empty() and limit != 0:
        if wanted:
            console.note(why_nothing(frame, wanted))
        elif console.notes().is_terminal:
            console.note("no rows")


def _print_text(text: str) -> None:
    """Print what programs read as it is, and on a terminal so that nothing can drive it."""
    # Not click.echo, which takes what looks like colours out of a piped text.
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)


def _print_records(rows: pl.DataFrame, chosen: list[str]) -> None:
    from midspan.dashboards.terminal import records, telling

    for number, block in enumerate(records(rows, chosen or telling(rows, rows.columns))):
        click.echo(f"\n{block}" if number else block)


def _print(name: str, rows: pl.DataFrame, chosen: list[str]) -> None:
    from midspan.dashboards.terminal import legend, overview

    if chosen or name not in AGGREGATES:
        _print_columns(name, rows, chosen)
        return
    too_wide = console.show_whole(overview(rows))
    notes = console.notes()
    if notes.is_terminal:
        notes.print(legend(rows), style="dim")
        if too_wide:
            notes.print(TOO_WIDE, style="dim")


def _print_columns(name: str, rows: pl.DataFrame, chosen: list[str]) -> None:
    from midspan.dashboards.terminal import (
        SHOWN,
        frame_table,
        table_columns,
        table_width,
        telling,
    )
    from midspan.dashboards.terminal.cells import counted

    screen, notes = console.output(), console.notes()
    wanted = chosen or _shown(SHOWN[name], rows)
    told = chosen or telling(rows, wanted)
    table = frame_table(rows, told, screen.width, all_of_them=bool(chosen))
    shown, too_wide = table_columns(table), table_width(table) > screen.width
    screen.width = max(screen.width, table_width(table))
    screen.print(table)
    if rows.is_empty() or not notes.is_terminal:
        return
    said = [counted(rows.height, "row")]
    if empty := [] if chosen else [column for column in wanted if column not in told]:
        said.append(f"empty in all of them: {', '.join(empty)}")
    if hidden := len(rows.columns) - len(shown) - len(empty):
        said.append(f"{counted(hidden, 'more column')} with --columns, --wide, --json or --csv")
    if too_wide:
        said.append(TOO_WIDE)
    notes.print("; ".join(said), style="dim")


def _shown(columns: Sequence[str], rows: pl.DataFrame) -> list[str]:
    """Return the columns of a table; of scores, also why some of these have no value."""
    if "explanation" not in columns or (rows["status"] == "ok").all():
        return list(columns)
    before = columns.index("explanation")
    return [*columns[:before], "status", "reason", *columns[before:]]


def _chosen(columns: str | None, known: Sequence[str]) -> list[str]:
    chosen = [column.strip() for column in columns.split(",")] if columns else []
    for column in chosen:
        require(column, known)
    return list(dict.fromkeys(chosen))


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with nested columns as JSON, since CSV cannot hold them."""
    nested = [name for name, type_ in rows.schema.items() if type_.is_nested()]
    as_json = [
        pl.Series(
            name, [row if row is None else _json(row) for row in rows[name].to_list()], pl.String
        )
        for name in nested
    ]
    return rows.with_columns(as_json)


def _json(value: object) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()
