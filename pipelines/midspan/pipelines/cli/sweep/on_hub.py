"""Runs a sweep as jobs on the Hub: checks, says what it costs, asks, submits, watches."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.sweep.launchers.hf_jobs import HubPlan
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.plan import SweepPlan, SweepRun


def run_on_hub(
    plan: "SweepPlan", folder: "SweepFolder", *, only: "Sequence[str]" = (), yes: bool
) -> "Sequence[SweepRun]":
    """Return the runs, when no job goes on and what they finished is in the directory.

    The sweep is stored in the directory once nobody else launches it, and its cost was agreed to.
    `yes` skips the question whether to pay for it.
    """
    from midspan.pipelines.cli.sweep.live import live_jobs
    from midspan.pipelines.sweep.launchers.hf_jobs import Launcher, check_hub, watch
    from midspan.pipelines.sweep.launchers.hf_jobs.hub import client
    from midspan.pipelines.sweep.launchers.hf_jobs.lock import only_launcher
    from midspan.pipelines.sweep.selection import selected
    from midspan.pipelines.sweep.stored import store_sweep, stored_sweep

    runs = selected(plan, only)  # what is not there is told before anything is written
    hub_plan = check_hub(plan)
    for note in hub_plan.notes:
        console.note(note)
    with only_launcher(folder):
        _ask(hub_plan, folder, runs, yes=yes)
        store_sweep(plan, folder)
        stored = stored_sweep(folder)
        hub_plan, runs = replace(hub_plan, plan=stored), selected(stored, only)
        launcher = Launcher(hub_plan, folder, api=client(), say=console.note)
        try:
            launcher.begin(runs)
            spent = launcher.spent_before()
            with live_jobs(spent_before=spent.usd) as show:
                rows = watch(launcher, show=show)
        except KeyboardInterrupt:
            console.note("the jobs go on without this; the same command takes them up again")
            console.note(f"  midspan sweep status {folder.root}")
            console.note(f"  midspan sweep cancel {folder.root}")
            raise
    if rows:
        from midspan.dashboards.terminal.sweep_jobs import jobs_page

        screen = console.output()
        screen.print(jobs_page(rows, screen.width, spent_before=spent.usd))
    return runs


def _ask(
    hub_plan: "HubPlan", folder: "SweepFolder", runs: "Sequence[SweepRun]", *, yes: bool
) -> None:
    """Say what the jobs may cost, and end here unless that is wanted."""
    from midspan.pipelines.sweep.outlook import outlook
    from midspan.pipelines.sweep.outlook_lines import launch_lines

    settings, price = hub_plan.settings, hub_plan.usd_per_minute
    prices = {settings.flavor: price} if price is not None else {}
    ahead = outlook(replace(hub_plan.plan, runs=tuple(runs)), folder, prices=prices)
    if not ahead.counts.to_do:
        return
    for line in launch_lines(ahead):
        console.note(line)
    console.note(f"{hub_plan.namespace} pays; files go to the bucket {hub_plan.bucket}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInput("nobody is there to be asked whether to pay for this", fix="Add --yes.")
    if not click.confirm("Submit?", err=True):
        raise click.exceptions.Exit(Exit.DONE)
