"""`midspan score`: every scorer over a workspace, or over files without one."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.given import Given, opened
from midspan.pipelines.cli.rows import listed
from midspan.pipelines.cli.score_progress import runs_a_second
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.scoring.score import ScoringSummary
    from midspan.scorers.setting import Setting

FILE: Final = click.Path(path_type=Path)
RANKED: Final = 50
"""Worst runs among which a few of different cells are shown."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """How runs are to be judged."""

    suite: Path | None
    profile: Path | None
    expectations: Path | None
    only: Sequence[str]
    compat: Sequence[str]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option(
    "--suite", type=FILE, metavar="FILE", help="What the tasks expect; its profile holds, too."
)
@click.option(
    "--profile", type=FILE, metavar="FILE", help="How to judge, instead of the suite's profile."
)
@click.option(
    "--expectations",
    type=FILE,
    metavar="FILE",
    help="Expected calls as JSON lines, over those of the suite.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="Only this scorer; the rows of others stay. Repeatable, or separated by commas.",
)
@click.option(
    "--compat",
    multiple=True,
    metavar="MODE",
    help="Also as another tool would say: adk.exact, langchain.*. Repeatable, or with commas.",
)
@click.option(
    "--explain",
    metavar="RUN",
    help="Tell this run step by step instead, with what scorers say of each step. The first "
    "digits of its id are enough.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the score rows as one JSON array.")
def command(
    paths: tuple[Path, ...],
    suite: Path | None,
    profile: Path | None,
    expectations: Path | None,
    only: tuple[str, ...],
    compat: tuple[str, ...],
    explain: str | None,
    as_json: bool,
) -> int:
    """Score a workspace in place, or files of spans without one.

    Every installed scorer runs; its rows replace those that it gave before. Nothing of the agent
    is executed. A suite or profile holds for this scoring alone; `publish` goes by the same one.
    Exit code 3: a scorer raised, or spans could not be read.

    \b
    Example:
      midspan score shop
      midspan score shop --suite suite.yaml
      midspan score shop --only loop --only valid_call_rate
      midspan score shop --explain 1fbe5934
      midspan score spool/0123-0.otlp.jsonl --json
    """
    asked = _Asked(
        suite=suite,
        profile=profile,
        expectations=expectations,
        only=listed(*only),
        compat=listed(*compat),
    )
    with opened(paths) as given:
        workspace, quarantined = given.workspace, given.quarantined
        setting = _setting(workspace, asked)
        if explain is not None:
            with given.named():
                _tell(workspace, explain, setting, asked, as_json=as_json)
            return Exit.IN_PART if quarantined else Exit.DONE
        summary = _score(workspace, setting, asked)
        tasks = _tasks(workspace, began=True)
        if as_json:
            click.echo(workspace.table("scores").collect().write_json())
        else:
            _show(workspace, setting, asked, _command(given))
    for name, reason in summary.failed.items():
        click.echo(f"scorer {name} failed: {reason}", err=True)
    if not summary.runs:
        click.echo("no run to score: the workspace holds none", err=True)
    elif not tasks:
        click.echo("no run to score: all are planned, and none left a trace", err=True)
    if summary.gone:
        click.echo(
            f"no rows any more: {', '.join(summary.gone)}\n"
            "They were judged with other options before: a --suite, --profile or --compat.",
            err=True,
        )
    return Exit.IN_PART if summary.failed or quarantined else Exit.DONE


def _setting(workspace: Workspace, asked: _Asked) -> "Setting | None":
    """Return what runs are judged by, None where nothing was asked for; doubts are said."""
    from midspan.pipelines.files import load_setting

    if asked.suite is None and asked.profile is None and asked.expectations is None:
        return None
    setting = load_setting(
        suite=asked.suite,
        profile=asked.profile,
        expectations=asked.expectations,
        tasks=[task for task in _tasks(workspace) if task is not None],
        scores=_scores_there(workspace),
    )
    if setting.tasks and not _tasks(workspace, began=True) & setting.tasks.keys():
        named = asked.suite or asked.expectations
        click.echo(f"{named}: no run is of any of its tasks, so none is compared", err=True)
    return setting


def _tasks(workspace: Workspace, *, began: bool = False) -> set[str | None]:
    """Return the tasks of runs, or of those alone that began; a run without one has `None`."""
    import polars as pl

    runs = workspace.table("runs")
    if began:
        runs = runs.filter(pl.col("status").cast(pl.String) != "missing")
    return set(runs.select(pl.col("task").unique()).collect()["task"])


def _scores_there(workspace: Workspace) -> set[str]:
    """Return the scores that have rows, or will have: of checks that records of runs list."""
    import polars as pl

    scores = workspace.table("scores").select(pl.col("name").unique())
    checks = pl.col("checks").explode(empty_as_null=False).struct.field("id")
    listed = workspace.table("runs").select(pl.format("check.{}", checks.drop_nulls().unique()))
    return {name for frame in (scores, listed) for (name,) in frame.collect().iter_rows()}


def _score(workspace: Workspace, setting: "Setting | None", asked: _Asked) -> "ScoringSummary":
    from midspan.pipelines.scoring.judged_by import files_judged_by
    from midspan.pipelines.scoring.score import score_workspace

    files = files_judged_by(workspace.path, suite=asked.suite, profile=asked.profile)
    with runs_a_second() as progress:
        return score_workspace(
            workspace,
            setting=setting,
            only=asked.only,
            compat=asked.compat,
            files=files,
            progress=progress,
        )


def _show(workspace: Workspace, setting: "Setting | None", asked: _Asked, command: str) -> None:
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
    if asked.only:
        ran = [*asked.only, *(["compat"] if asked.compat else [])]
        scores = scores.filter(pl.col("scorer").is_in(ran))
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


def _tell(
    workspace: Workspace,
    prefix: str,
    setting: "Setting | None",
    asked: _Asked,
    *,
    as_json: bool,
) -> None:
    from midspan.dashboards.terminal import Story
    from midspan.pipelines.scoring.told_runs import tell_run
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.scorers.plugins import declarations

    told = tell_run(workspace, prefix, setting=setting, only=asked.only, compat=asked.compat)
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


def _command(given: Given) -> str:
    """Return the command that tells of a run, but for its id: of files, with the same options."""
    context = click.get_current_context()
    words = [str(path) for path in given.paths]
    if not given.is_workspace:
        for name in ("suite", "profile", "expectations"):
            value = context.params[name]
            words += [] if value is None else [f"--{name}", str(value)]
        for name in ("only", "compat"):
            words += [word for value in context.params[name] for word in (f"--{name}", value)]
    return shlex.join(["midspan", "score", *words])
