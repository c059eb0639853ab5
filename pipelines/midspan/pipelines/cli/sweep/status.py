"""`midspan sweep status`: how far jobs and runs are, and the cost so far."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.rows import json_text
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.sweep.launchers.hf_jobs.surveying import Survey
    from midspan.pipelines.sweep.layout import SweepFolder

PAUSE: Final = 10.0


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--watch", "watches", is_flag=True, help="Look again until no job goes on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(directory: Path, watches: bool, as_json: bool) -> int:
    """Show how far the sweep in DIRECTORY is: its jobs on the Hub, and its runs.

    Nothing is fetched or submitted: `midspan sweep run` does both, `midspan sweep fetch` the
    former. Cost is running time by the price of the machine when the job was submitted.

    \b
    Example:
      midspan sweep status sweeps/shop
      midspan sweep status sweeps/shop --watch
    """
    from midspan.pipelines.sweep.launchers.hf_jobs.hub import client
    from midspan.pipelines.sweep.launchers.hf_jobs.surveying import has_jobs, survey
    from midspan.pipelines.sweep.layout import SweepFolder

    folder = SweepFolder(directory)
    api = client() if has_jobs(folder) else None
    found = survey(folder, api)
    if watches and found.going:
        from midspan.pipelines.cli.sweep.live import live_jobs

        with live_jobs() as show:
            while found.going:
                show(found.rows, 0)
                time.sleep(PAUSE)
                found = survey(folder, api)
    _show(found, folder, as_json=as_json)
    return Exit.DONE


def _show(found: "Survey", folder: "SweepFolder", *, as_json: bool) -> None:
    from midspan.dashboards.terminal.sweep_jobs import jobs_page
    from midspan.pipelines.sweep.outlook_lines import counts_line

    if as_json:
        counts = asdict(found.counts)
        jobs = [asdict(row) for row in found.rows]
        sys.stdout.write(json_text({"runs": counts, "in_bucket": found.waiting, "jobs": jobs}))
        return
    screen = console.output()
    if found.rows:
        screen.print(jobs_page(found.rows, screen.width))
    screen.print(counts_line(found.counts), markup=False)
    for note in found.notes:
        console.note(note)
    if found.waiting:
        console.note(f"{found.waiting:,} more have a result in the bucket:")
        console.note(f"  midspan sweep fetch {folder.root}")
