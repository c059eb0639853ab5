"""What `midspan score` prints: the summary of all runs, or the story of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.scoring.score import ScoringSummary
    from midspan.scorers.setting import Setting

RANKED: Final = 50
"""Worst runs among which a few of different cells are shown."""


def show_scores(
    workspace: Workspace, setting: "Setting | None", scorers: Sequence[str], command: str
) -> None:
    """Print the scores of some scorers, or of all, and the worst runs with what tells of them."""
    import polars as pl

    from midspan.dashboards.terminal import (
        judged_headlines,
        medians,
        score_notes,
        score_summary,
        worst,
    )
    from midspan.pipelines.scoring.told_runs import short_ids
    from midspan.scorers.plugins import declarations
    from midspan.scorers.summary import labels, summary, unjudged, worst_runs

    scores = workspace.table("scores")
    if scorers:
        scores = scores.filter(pl.col("scorer").is_in(scorers))
    declared = declarations(setting.profile if setting else None)
    # As a stream: of a large workspace there are millions of rows, and a few lines are shown.
    lines, by_label, reasons = (
        frame.collect(engine="streaming")
        for frame in (
            summary(scores, medians=medians(declared)),
            labels(scores),
            unjudged(scores),
        )
    )
    screen = console.output()
    screen.print(score_summary(lines, by_label, declared))
    screen.print()
    notes = score_notes(lines, reasons)
    for note in notes:
        screen.print(note.wrapped())
    if notes:
        screen.print()
    headlines = judged_headlines(lines, declared)
    ranked = worst_runs(scores, headlines, most=RANKED)
    found = ranked.collect(engine="streaming")
    runs = workspace.table("runs").select("run_id", "task", "model", "revision", "tier", "harness")
    ids = short_ids(runs.select("run_id").collect()["run_id"], found["run_id"].to_list())
    of_found = runs.filter(pl.col("run_id").is_in(found["run_id"].to_list())).collect()
    commands = {run_id: f"{command} --explain {short}" for run_id, short in ids.items()}
    screen.print(worst(found, of_found, declared, commands, judged=bool(headlines)))


def tell_of_run(
    workspace: Workspace,
    run: str,
    setting: "Setting | None",
    *,
    only: Sequence[str],
    compat: Sequence[str],
    as_json: bool,
) -> None:
    """Print one run step by step, with what scorers say of each step."""
    from midspan.dashboards.terminal import Story
    from midspan.pipelines.scoring.told_runs import tell_run
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.scorers.plugins import declarations

    told = tell_run(workspace, run, setting=setting, only=only, compat=compat)
    if as_json:
        click.echo(told.scores.write_json())
        return
    declared = declarations(setting.profile if setting else None)
    story = Story(run=told.run, scores=told.scores, declared=declared)
    screen = console.output()
    screen.print(story, crop=False)
    # In a sweep's directory; a workspace of its own has no logs beside it.
    log = SweepFolder(workspace.path.parent).log_of(told.run.id, told.run.row["launch"])
    if log.is_file():
        screen.print(f"What it printed: {log}", markup=False, highlight=False, soft_wrap=True)


def list_shortcomings(summary: "ScoringSummary", *, began: bool, before: str | None = None) -> int:
    """Say on stderr what was not scored, or only in part, and why; return the exit code.

    `before` is the command that gave the rows of which there are none any more.
    """
    for partition, reason in summary.unjudged.items():
        console.note(f"not scored: {partition}: {reason}")
    if summary.unjudged:
        click.echo("Their rows are as they were. Run the same command again.", err=True)
    for name, reason in summary.failed.items():
        click.echo(f"scorer {name} failed: {reason}", err=True)
    if not summary.runs:
        click.echo("no run to score: the workspace holds none", err=True)
    elif not began:
        click.echo("no run to score: all are planned, and none left a trace", err=True)
    if summary.gone:
        click.echo(
            f"no rows any more: {', '.join(summary.gone)}\n"
            "They were judged with other options before: "
            f"{before or 'a --suite, --profile or --compat.'}",
            err=True,
        )
    return Exit.IN_PART if summary.failed or summary.unjudged else Exit.DONE
