"""`midspan ingest`: spans into a workspace."""

import os
from pathlib import Path
from typing import Final

import click
import msgspec

from midspan.pipelines.cli import console
from midspan.pipelines.cli.writable import writable
from midspan.pipelines.ingest.context_rules import FIELDS, ContextRules
from midspan.pipelines.ingest.ingest import IngestSummary, ingest
from midspan.scorers.errors import Exit

REJECTED_SHOWN: Final = 10


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--into",
    "workspace",
    required=True,
    type=writable,
    metavar="PATH",
    help="The workspace; made if it is not there.",
)
@click.option(
    "--context",
    "mapped",
    multiple=True,
    metavar="FIELD=ATTRIBUTE",
    help=f"Read a field of run context from an attribute or resource attribute; repeatable. "
    f"Fields: {', '.join(FIELDS)}.",
)
@click.option(
    "--context-from-name",
    "from_name",
    metavar="REGEX",
    help="Read run context from the file's name: named groups are fields. With a slash in the "
    "expression, from its whole path.",
)
@click.option(
    "--run-by",
    metavar="trace|session|ATTRIBUTE",
    help="What makes a run; by default the run id on the spans, else the session, else the trace.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="one per core",
    help="Processes for large inputs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    paths: tuple[str, ...],
    workspace: Path,
    mapped: tuple[str, ...],
    from_name: str | None,
    run_by: str | None,
    workers: int,
    as_json: bool,
) -> int:
    """Read spans, log records, sessions of agents, result records and plans into a workspace.

    PATHS are files or directories, here or at an address (s3://, hf://), `-` for standard input, a
    project of a Phoenix server (phoenix+http://HOST/PROJECT) or an experiment of an MLflow server
    (mlflow+http://HOST/EXPERIMENT). Files are told apart by what is in them: OTLP as JSON or
    protobuf, gzip, zstd, sessions of coding agents. What was read before is passed over; what
    cannot be read goes to the quarantine table with the reason, and the exit code is 3.

    \b
    Example:
      midspan ingest spool/ --into shop
      midspan ingest ~/.claude/projects/-home-me-shop --into shop
      midspan ingest phoenix+http://127.0.0.1:6006/shop --into shop
      midspan ingest traces/ --into bench --context task=bench.task.id --run-by bench.run
      midspan table shop runs
    """
    rules = ContextRules.parse(mapped, name=from_name, run_by=run_by)
    with console.progress() as progress:
        summary = ingest(paths, workspace, rules=rules, workers=workers, progress=progress)
    click.echo(_as_json(summary) if as_json else describe(summary))
    list_rejected(summary)
    for unmapped in summary.unmapped:
        console.note(f"not mapped: {unmapped}")
    return Exit.IN_PART if summary.rejected or summary.unmapped else Exit.DONE


def _as_json(summary: IngestSummary) -> str:
    """Return the counts and lists; which runs were joined is for whoever stores them."""
    told = {name: value for name, value in vars(summary).items() if name != "joined"}
    return msgspec.json.encode(told).decode()


def list_rejected(summary: IngestSummary) -> None:
    """Say on stderr what was quarantined, and why."""
    for line in summary.rejected[:REJECTED_SHOWN]:
        console.note(f"quarantined {line}")
    further = len(summary.rejected) - REJECTED_SHOWN
    if further > 0:
        click.echo(f"and {further:,} more: see the table `quarantine`", err=True)


def describe(summary: IngestSummary) -> str:
    """Return the summary in words; the counts add up."""
    known = f" ({summary.files_known} more were read before)" if summary.files_known else ""
    files, runs, calls = (
        f"{count:,} {what if count == 1 else what + 's'}"
        for count, what in ((summary.files, "file"), (summary.runs, "run"), (summary.calls, "call"))
    )
    spans = "span" if summary.spans_in == 1 else "spans"
    lines = [
        f"{files}{known}: {summary.spans_in:,} {spans} in = {summary.kept:,} kept"
        f" + {summary.merged:,} merged + {summary.quarantined:,} quarantined",
        f"{runs} with {calls}{_listed('faults', summary.faults)}",
    ]
    if summary.logs_in:
        lines.insert(
            1,
            f"{summary.logs_in:,} log records in = {summary.logs_applied:,} applied"
            f" + {summary.logs_unmatched:,} unmatched",
        )
    if summary.dialects:
        lines.append(
            "dialects: " + ", ".join(f"{k} {n:,}" for k, n in sorted(summary.dialects.items()))
        )
    if summary.notes:
        lines.append("notes: " + ", ".join(f"{k} {n:,}" for k, n in sorted(summary.notes.items())))
    return "\n".join(lines)


def _listed(title: str, counts: dict[str, int]) -> str:
    faults = [f"{n:,} {name}" for name, n in sorted(counts.items()) if name != "none"]
    return f" ({title}: {', '.join(faults)})" if faults else ""
