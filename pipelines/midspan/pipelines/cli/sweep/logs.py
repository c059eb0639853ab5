"""`midspan sweep logs`: what a job printed."""

from pathlib import Path

import click

from midspan.instrumentation import streams
from midspan.scorers.errors import Exit


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("job", required=False)
@click.option("--follow", is_flag=True, help="Go on until the job is over.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="The last N lines only.")
def command(directory: Path, job: str | None, follow: bool, tail: int | None) -> int:
    """Print what a JOB of the sweep in DIRECTORY printed.

    JOB is its id, the end of that as `status` shows it, or the name of its batch; without one, the
    last job that goes on, else the last one. What an agent printed is in logs/ once it is fetched.

    \b
    Example:
      midspan sweep logs sweeps/shop
      midspan sweep logs sweeps/shop 4d3f600b --follow
    """
    from midspan.pipelines.sweep.launchers.hf_jobs.hub import client
    from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import chosen_job, stored_jobs
    from midspan.pipelines.sweep.layout import SweepFolder

    stored = stored_jobs(SweepFolder(directory), client())
    chosen = chosen_job(stored.known() if job is None else stored.unlooked(), job)
    click.echo(f"job {chosen.id}, {chosen.written.asked.batch}", err=True)
    for line in stored.jobs(chosen.written.asked).log(chosen.id, follow=follow, tail=tail):
        click.echo(streams.visible(line))
    return Exit.DONE
