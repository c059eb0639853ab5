"""`midspan score`: every scorer over a workspace, or over files without one."""

import dataclasses
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import judging_options
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.given import Given, opened
from midspan.pipelines.cli.rows import listed
from midspan.pipelines.cli.score_elsewhere import (
    executor_for,
    is_workspace_elsewhere,
    place,
    score_elsewhere,
)
from midspan.pipelines.cli.score_progress import runs_a_second
from midspan.pipelines.cli.score_shown import list_shortcomings, show_scores, tell_of_run
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.engines import Executor
    from midspan.pipelines.scoring.score import ScoringSummary
    from midspan.scorers.setting import Setting

MOST_WORKERS: Final = 8
"""Processes unless more are asked for: each may take a gigabyte of memory."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """How runs are to be judged."""

    suite: Path | None
    profile: Path | None
    expectations: Path | None
    only: Sequence[str]
    compat: Sequence[str]

    @property
    def scorers(self) -> Sequence[str]:
        """Return the scorers that run, where not all do."""
        return [*self.only, *(["compat"] if self.only and self.compat else [])]


@click.command()
@click.argument("paths", nargs=-1, required=True)
@judging_options.suite("What the tasks expect; its profile holds, too.")
@judging_options.profile("How to judge, instead of the suite's profile.")
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
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=min(os.cpu_count() or 1, MOST_WORKERS),
    show_default=f"one per core, at most {MOST_WORKERS}",
    help="Processes for large workspaces.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where workers run: on this machine, or on a Ray cluster.",
)
@click.option(
    "--address",
    metavar="auto|ray://HOST:PORT",
    help="The Ray cluster; without, that of RAY_ADDRESS, or a Ray on this machine.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the score rows as one JSON array.")
def command(
    paths: tuple[str, ...],
    suite: Path | None,
    profile: Path | None,
    expectations: Path | None,
    only: tuple[str, ...],
    compat: tuple[str, ...],
    explain: str | None,
    workers: int,
    engine: str,
    address: str | None,
    as_json: bool,
) -> int:
    """Score a workspace in place, or files of spans without one.

    Every installed scorer runs; its rows replace those that it gave before. Nothing of the agent
    is executed. A suite or profile holds for this scoring alone; `publish` goes by the same one.
    Exit code 3: a scorer raised, spans could not be read, or a partition could not be scored.

    \b
    Example:
      midspan score shop
      midspan score shop --suite suite.yaml
      midspan score shop --only loop --only valid_call_rate
      midspan score shop --explain 1fbe5934
      midspan score s3://agents/shop --engine ray --address auto
      midspan score spool/0123-0.otlp.jsonl --json
    """
    asked = _Asked(
        suite=suite,
        profile=profile,
        expectations=expectations,
        only=listed(*only),
        compat=listed(*compat),
    )
    places = tuple(map(place, paths))
    if is_workspace_elsewhere(places):
        if explain is not None or as_json:
            raise InvalidInput(
                f"{paths[0]}: a workspace at an address is scored, and not shown",
                fix="Fetch it, and say the same of the copy.",
            )
        with executor_for(engine, address, workers) as executor:
            summary = score_elsewhere(paths[0], executor, **dataclasses.asdict(asked))
        click.echo(f"{paths[0]}: {summary.rows:,} score rows of {summary.runs:,} runs")
        return list_shortcomings(summary, began=True)
    with opened(places) as given:
        workspace, quarantined = given.workspace, given.quarantined
        setting = _setting(workspace, asked)
        if explain is not None:
            with given.named():
                tell_of_run(
                    workspace,
                    explain,
                    setting,
                    only=asked.only,
                    compat=asked.compat,
                    as_json=as_json,
                )
            return Exit.IN_PART if quarantined else Exit.DONE
        with executor_for(engine, address, workers) as executor:
            summary, before = _score(workspace, setting, asked, executor)
        began = bool(_tasks(workspace, began=True))
        if as_json:
            click.echo(workspace.table("scores").collect().write_json())
        else:
            show_scores(workspace, setting, asked.scorers, _command(given))
    code = list_shortcomings(summary, began=began, before=before)
    return Exit.IN_PART if quarantined else code


def _setting(workspace: Workspace, asked: _Asked) -> "Setting | None":
    """Return what runs are judged by, None where nothing was asked for; doubts are said."""
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.scoring.unknown_tasks import unknown_tasks

    if asked.suite is None and asked.profile is None and asked.expectations is None:
        return None
    setting = load_setting(
        suite=asked.suite,
        profile=asked.profile,
        expectations=asked.expectations,
        tasks=[task for task in _tasks(workspace) if task is not None],
        scores=_scores_there(workspace),
    )
    named = asked.suite or asked.expectations
    if setting.tasks and named is not None:
        for told in unknown_tasks(workspace, setting.tasks, named, some=asked.suite is None):
            click.echo(told, err=True)
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


def _score(
    workspace: Workspace, setting: "Setting | None", asked: _Asked, executor: "Executor"
) -> "tuple[ScoringSummary, str | None]":
    """Return what came of it, and the command by which the workspace was scored before."""
    from midspan.pipelines.scoring.judged_by import command_before, files_judged_by
    from midspan.pipelines.scoring.score import score_workspace
    from midspan.pipelines.storage.contract import require_contract

    files = files_judged_by(workspace.path, suite=asked.suite, profile=asked.profile)
    before = command_before(workspace.path, files)
    try:
        with runs_a_second() as progress:
            summary = score_workspace(
                workspace,
                setting=setting,
                only=asked.only,
                compat=asked.compat,
                files=files,
                progress=progress,
                executor=executor,
            )
    except InvalidInput as error:
        if "is not unique" in str(error):
            require_contract(workspace)  # which says what is held twice, if that is the cause
        raise
    return summary, before


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
