"""`midspan sweep cancel`: ends jobs of a sweep."""

from pathlib import Path

import click

from midspan.scorers.errors import Exit


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("jobs", nargs=-1)
def command(directory: Path, jobs: tuple[str, ...]) -> int:
    """Cancel JOBS of the sweep in DIRECTORY, all that go on where none is named.

    Where none is named, a `midspan sweep run` that is there submits nothing more either. What they
    have finished stays in the bucket, and `midspan sweep fetch` brings it; the same
    `midspan sweep run` does the rest later.

    \b
    Example:
      midspan sweep cancel sweeps/shop
      midspan sweep cancel sweeps/shop 4d3f600b
    """
    from midspan.pipelines.sweep.launchers.hf_jobs.hub import client
    from midspan.pipelines.sweep.launchers.hf_jobs.known_job import UNANSWERED
    from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
    from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import chosen_job, stored_jobs
    from midspan.pipelines.sweep.layout import SweepFolder

    stored = stored_jobs(SweepFolder(directory), client())
    if not jobs:
        stored.stop()
    known = stored.known()
    going = [job for job in known if job.written.is_open and not job.is_over]
    chosen = [chosen_job(known, word) for word in jobs] or going
    failed = False
    for job in chosen:
        if job not in going:
            click.echo(f"{job.id}: is over already")
            continue
        try:
            stored.jobs(job.written.asked).cancel(job.id)
        except HubError as error:
            failed = True
            click.echo(str(error), err=True)
        else:
            click.echo(f"{job.id}: cancelled ({job.written.asked.batch})")
    for job in known:
        if not job.id and job.written.is_uncertain and not jobs:
            click.echo(f"{job.written.asked.batch}: {UNANSWERED}; cancel again later", err=True)
            failed = True
    if not chosen:
        click.echo("no job goes on", err=True)
    click.echo(f"what is finished: midspan sweep fetch {directory}", err=True)
    return Exit.SURROUNDINGS if failed else Exit.DONE
