"""`midspan compact`: a workspace rewritten into few sorted files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.writable import writable
from midspan.pipelines.workspace import LARGE_BUCKETS, SMALL_BUCKETS, Workspace
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.storage.compacting import CompactSummary

SHOWN = 10


@click.command()
@click.argument("workspace", type=writable, metavar="WORKSPACE")
@click.option(
    "--buckets",
    type=click.Choice([str(SMALL_BUCKETS), str(LARGE_BUCKETS)]),
    help="Change their number: 256 let many workers have a part each, 1 is for small workspaces.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(workspace: Path, buckets: str | None, dry_run: bool, as_json: bool) -> int:
    """Rewrite a workspace into one sorted file for each bucket of each table.

    Mended on the way: a run that stands in two buckets or files, rows that are out of order, files
    that do not say what they are. Rows are counted before and after. All of it is done or nothing.

    \b
    Example:
      midspan compact shop --dry-run
      midspan compact shop
      midspan compact shop --buckets 256
    """
    from midspan.pipelines.storage.compacting import compact

    with console.progress() as progress:
        summary = compact(
            Workspace(workspace),
            buckets=int(buckets) if buckets else None,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(summary).decode())
    else:
        click.echo(described(summary, dry_run=dry_run))
    wrong = [each for table in summary.tables.values() for each in table.wrong]
    for each in wrong[:SHOWN]:
        console.note(f"{'to mend' if dry_run else 'mended'}: {each}")
    if len(wrong) > SHOWN:
        click.echo(f"and {len(wrong) - SHOWN:,} more", err=True)
    return Exit.DONE


def described(summary: "CompactSummary", *, dry_run: bool) -> str:
    """Return the summary in words: rows and files of each table, before and after."""
    if not summary.changes:
        return "nothing to do: each bucket of each table is one sorted file"
    lines = []
    if summary.buckets != summary.buckets_after:
        lines.append(f"buckets: {summary.buckets} -> {summary.buckets_after}")
    lines += [
        f"{name}: {table.rows:,} rows in {table.files:,} {_files(table.files)}"
        f" -> {table.rows_after:,} rows in {table.files_after:,} {_files(table.files_after)}"
        for name, table in summary.tables.items()
        if table.files
    ]
    if dry_run:
        lines.append("nothing was changed")
    return "\n".join(lines)


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
