"""`midspan sweep worker`: runs of a stored sweep, as a job does them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from midspan.pipelines.sweep.plan import SweepPlan, SweepRun

FILE = click.Path(path_type=Path)
SUMMARY: Final = "midspan-summary"
"""Begins the last line, for whoever reads the log of a job."""


@click.command()
@click.argument("directory", type=FILE, metavar="DIR")
@click.option("--runs", "listed", type=FILE, metavar="FILE", help="Ids of the runs, one a line.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    metavar="K",
    help="Runs at a time; the suite says it otherwise.",
)
@click.option(
    "--publish-to",
    type=FILE,
    metavar="MOUNT",
    help="Copy the files of each run here once it has ended, its record last.",
)
@click.option("--keep-rooms", is_flag=True, help="Leave the directories that agents worked in.")
def command(
    directory: Path,
    listed: Path | None,
    concurrency: int | None,
    publish_to: Path | None,
    keep_rooms: bool,
) -> Exit:
    """Run what is not done yet of the sweep in DIR, and nothing else: no ingest, no scores.

    Reads the stored copy of the suite alone (DIR/suite). Several workers may share a directory:
    each run is one worker's at a time, and free again when that is killed.

    Exit code 0: every run has a result. 3: some were left infra. 130: interrupted, resumable.

    \b
    Example:
      midspan sweep worker sweeps/shop --concurrency 4
      midspan sweep worker /tmp/shop --runs runs.txt --publish-to /bucket
    """
    from midspan.pipelines.sweep.keys import taken_keys

    taken = taken_keys()
    from midspan.pipelines.cli.sweep.rights import warnings_of
    from midspan.pipelines.cli.sweep.run_progress import runs_told
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.local import keys_of
    from midspan.pipelines.sweep.stored import stored_sweep
    from midspan.pipelines.sweep.worker import Stopping, work

    folder = SweepFolder(directory)
    plan = stored_sweep(folder)
    runs = list(plan.runs) if listed is None else _listed(plan, listed)
    for line in warnings_of(taken):
        console.note(line)
    stopping = Stopping()
    with stopping.by_signals(console.note), runs_told() as (tell, _):
        worked = work(
            plan,
            folder,
            runs,
            concurrency=concurrency or plan.suite.launch.concurrency,
            keys=keys_of(plan, taken),
            publish_to=publish_to,
            keep_rooms=keep_rooms,
            tell=tell,
            stopping=stopping,
        )
    counts = {
        "planned": len(runs),
        "results": len(worked.done),
        "infra": len(worked.infra),
        "missing": len(worked.missing),
    }
    click.echo(f"{SUMMARY} {json.dumps(counts)}")
    if worked.interrupted:
        return Exit.INTERRUPTED
    return Exit.IN_PART if worked.infra or worked.missing else Exit.DONE


def _listed(plan: "SweepPlan", file: Path) -> "Sequence[SweepRun]":
    wanted = file.read_text(encoding="utf-8").split()
    known = {run.run_id: run for run in plan.runs}
    if unknown := [run_id for run_id in wanted if run_id not in known]:
        raise InvalidInput(
            f"{file}: {unknown[0][:64]!r} is no run of the sweep",
            fix="One run id of DIR/spool/plan.jsonl a line.",
        )
    return [known[run_id] for run_id in dict.fromkeys(wanted)]
