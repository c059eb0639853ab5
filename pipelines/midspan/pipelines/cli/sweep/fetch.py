"""`midspan sweep fetch`: brings finished runs from the bucket, and says what is missing."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.sweep.launchers.hf_jobs.fetched_sweep import FetchedSweep

LISTED: Final = 5


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
def command(directory: Path) -> int:
    """Fetch what jobs have finished into DIRECTORY, and verify it against the plan.

    A file that is here is not fetched again. A result is taken only together with its spans. Runs
    without a result are submitted by the next `midspan sweep run`. Exit code 3 where runs are
    missing, or have to be run again.

    \b
    Example:
      midspan sweep fetch sweeps/shop
      midspan ingest sweeps/shop/spool --into sweeps/shop/workspace
    """
    from midspan.pipelines.sweep.launchers.hf_jobs.fetched_sweep import fetch_sweep
    from midspan.pipelines.sweep.launchers.hf_jobs.hub import client
    from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import stored_jobs
    from midspan.pipelines.sweep.layout import SweepFolder

    stored = stored_jobs(SweepFolder(directory), client())
    with console.progress() as progress:
        found = fetch_sweep(
            stored,
            say=console.note,
            tell=lambda done, total: progress("fetching files", done, total),
        )
    _show(found, directory)
    return Exit.IN_PART if found.counts.to_do else Exit.DONE


def _show(found: "FetchedSweep", directory: Path) -> None:
    from midspan.dashboards.terminal.cells import counted
    from midspan.pipelines.sweep.outlook_lines import counts_line

    fetched = found.fetched
    came = f"{counted(fetched.files, 'file')} came, with {counted(fetched.results, 'result')}"
    click.echo(f"{came}; {counts_line(found.counts)}")
    for name, why in fetched.short_of_spans.items():
        console.note(f"{name}: its result in the bucket {why}; left there")
    for name, why in fetched.unreadable.items():
        console.note(f"{name}: no result record: {why}")
    for line in found.damaged:
        console.note(line)
    if fetched.strangers:
        some = ", ".join(fetched.strangers[:LISTED])
        more = ", ..." if fetched.strangers[LISTED:] else ""
        console.note(f"{len(fetched.strangers)} files of no planned run are left: {some}{more}")
    if found.going:
        console.note(f"{counted(found.going, 'job')} going: midspan sweep status {directory}")
    elif found.counts.to_do:
        console.note("what is missing: midspan sweep run with the same suite and --into")
