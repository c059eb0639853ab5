"""`midspan sweep run`: all that is left of a sweep, here or on HF Jobs, and its scores."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.sweep import options
from midspan.pipelines.cli.sweep.run_outcomes import show_outcomes
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.plan import SweepPlan


@click.command()
@options.suite
@options.into
@options.experiment
@options.only
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    metavar="K",
    help="Runs at a time on this machine; the suite says it otherwise.",
)
@click.option("--keep-rooms", is_flag=True, help="Leave the directories that agents worked in.")
@click.option("--yes", is_flag=True, help="Submit jobs without asking (HF Jobs).")
@click.option("--dry-run", is_flag=True, help="Show what would be run, as `sweep plan` does.")
@click.pass_context
def command(
    context: click.Context,
    suite: Path,
    into: Path | None,
    experiment: str | None,
    only: tuple[str, ...],
    concurrency: int | None,
    keep_rooms: bool,
    yes: bool,
    dry_run: bool,
) -> int:
    """Run what is not done yet of the sweep of SUITE, then ingest and score it.

    Everything that can be wrong is looked at first. Each run ends in exactly one outcome; what
    ended by no fault of the agent (infra) is launched again, three times in all. Interrupted, the
    same command goes on where it was: Ctrl-C lets the runs under way end, a second one ends them.

    Exit code 0: every planned run has a result. 3: some were left infra, or not all could be read.
    4: surroundings. 130: interrupted, resumable.

    \b
    Example:
      midspan sweep run suite.yaml
      midspan sweep run suite.yaml --only 'refund-*' --only model=scripted/careful
    """
    if dry_run:
        from midspan.pipelines.cli.sweep import plan

        return int(
            context.invoke(
                plan.command,
                suite=suite,
                into=into,
                experiment=experiment,
                only=only,
                as_json=False,
            )
        )
    from midspan.pipelines.sweep.keys import taken_keys

    taken = taken_keys()
    from midspan.pipelines.files import load_suite

    if load_suite(suite).launch.kind == "hf-jobs":
        # No agent runs on this machine, and the client of the Hub reads the environment.
        os.environ.update(taken)
        return _on_hub(suite, into, experiment, only, yes=yes)
    return _here(suite, into, experiment, only, taken, concurrency, keep_rooms=keep_rooms)


def _here(
    suite: Path,
    into: Path | None,
    experiment: str | None,
    only: "Sequence[str]",
    taken: "Mapping[str, str]",
    concurrency: int | None,
    *,
    keep_rooms: bool,
) -> int:
    from midspan.pipelines.cli.sweep.rights import warnings_of
    from midspan.pipelines.cli.sweep.run_progress import runs_told
    from midspan.pipelines.sweep.local import sweep_here
    from midspan.pipelines.sweep.worker import Stopping

    for line in warnings_of(taken):
        console.note(line)
    with runs_told() as (tell, report):
        swept = sweep_here(
            suite,
            into=into,
            experiment=experiment,
            only=only,
            concurrency=concurrency,
            keys=taken,
            tell=tell,
            progress=report,
            stopping=Stopping(),
            keep_rooms=keep_rooms,
            before=tell_changes,
        )
    if swept.judged is None:
        done, planned = len(swept.worked.done), len(swept.runs)
        console.note(f"{done:,} of {planned:,} runs are done; the same command runs the others")
        return Exit.INTERRUPTED
    return show_outcomes(
        swept.folder, swept.runs, swept.worked, swept.judged, planned=len(swept.plan.runs)
    )


def tell_changes(plan: "SweepPlan", folder: "SweepFolder") -> None:
    """Say what becomes of finished runs that another suite was for: later it cannot be known."""
    from midspan.pipelines.sweep.outlook import outlook
    from midspan.pipelines.sweep.outlook_lines import change_lines

    for line in change_lines(outlook(plan, folder)):
        console.note(line)


def _on_hub(
    suite: Path,
    into: Path | None,
    experiment: str | None,
    only: "Sequence[str]",
    *,
    yes: bool,
) -> int:
    from midspan.pipelines.cli.sweep.on_hub import run_on_hub
    from midspan.pipelines.sweep.local import judged
    from midspan.pipelines.sweep.preflight import ready_sweep
    from midspan.pipelines.sweep.worker import how_they_stand

    plan, folder = ready_sweep(suite, into=into, experiment=experiment)
    tell_changes(plan, folder)
    runs = run_on_hub(plan, folder, only=only, yes=yes)
    with console.progress() as report:
        read = judged(folder, report)
    worked = how_they_stand(runs, folder.spool)
    return show_outcomes(folder, runs, worked, read, planned=len(plan.runs))
