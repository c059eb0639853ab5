"""`midspan compare`: whether one variant is better than another, and how sure that is."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console, judging_options
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.profiles import asked_profile
from midspan.pipelines.cli.rows import json_text, listed
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.comparison import Comparison

AXES: Final = click.Choice(["model", "revision", "tier", "harness", "experiment"])


@click.command()
@click.argument("workspaces", nargs=-1, required=True, type=FILE)
@click.option("--by", type=AXES, help="What to compare; one workspace needs it.")
@click.option("--baseline", metavar="VALUE", help="The model, say, that others are held against.")
@click.option("--scores", metavar="NAMES", help="Only these hints, separated by commas.")
@click.option(
    "--primary", metavar="NAMES", help="The scores to decide by, instead of the profile's."
)
@click.option(
    "--only-shared-tasks",
    is_flag=True,
    help="Figures, too, over the tasks that all did; differences always are.",
)
@judging_options.suite("Compare by this suite's profile.")
@judging_options.profile("Compare by this profile.")
@click.option("--runs", nargs=2, metavar="A B", help="Two runs of one task instead, call by call.")
@click.option("--all", "everything", is_flag=True, help="Every hint, and every task's coverage.")
@click.option("--json", "form", flag_value="json", help="Everything, as JSON.")
@click.option(
    "--markdown", "form", flag_value="markdown", help="For the comment of a pull request."
)
def command(
    workspaces: tuple[Path, ...],
    by: str | None,
    baseline: str | None,
    scores: str | None,
    primary: str | None,
    only_shared_tasks: bool,
    suite: Path | None,
    profile: Path | None,
    runs: tuple[str, str] | None,
    everything: bool,
    form: str | None,
) -> int:
    """Compare the variants of a workspace, or a second workspace with a first one.

    Only tasks that both sides did are compared, and a task counts once, however often it was
    tried. The primary scores are corrected for being looked at together; all others are hints.
    Exit code 2: no primary score could be compared: no task that both did, or too few of them.

    \b
    Example:
      midspan compare shop --by model
      midspan compare shop --by revision --baseline v1 --markdown
      midspan compare main-runs pull-request-runs
      midspan compare shop --runs 1fbe5934 07c1a2b4
    """
    if runs is not None:
        _refuse_others_beside_runs()
        _show_runs(workspaces, *runs)
        return Exit.DONE
    from midspan.pipelines.comparison.compare import compare_workspaces

    comparison = compare_workspaces(
        opened(workspaces),
        by=by,
        baseline=baseline,
        profile=asked_profile(suite, profile),
        names=listed(scores) if scores is not None else None,
        primary=listed(primary) if primary is not None else None,
        only_shared=only_shared_tasks,
    )
    _show(comparison, form, everything=everything)
    if comparison.is_told:
        return Exit.DONE
    click.echo(f"nothing could be compared: {_why(comparison)}", err=True)
    return Exit.NOT_EVALUATED


def opened(paths: Sequence[Path]) -> "list[Workspace]":
    """Return one workspace or two; more cannot be held against each other."""
    from midspan.pipelines.workspace import Workspace

    if len(paths) > 2:
        raise InvalidInput(
            f"{len(paths)} workspaces were named, and two can be compared",
            fix="Ingest them into one workspace, and compare by an axis: --by revision",
        )
    return [Workspace(path) for path in paths]


def _show(comparison: "Comparison", form: str | None, *, everything: bool) -> None:
    if form == "json":
        sys.stdout.write(json_text(comparison.as_dict()))
    elif form == "markdown":
        from midspan.dashboards.markdown import comparison_markdown

        sys.stdout.write(comparison_markdown(comparison))
    else:
        from midspan.dashboards.terminal.comparison import comparison_page

        screen = console.output()
        screen.print(comparison_page(comparison, screen.width, everything=everything))


def _why(comparison: "Comparison") -> str:
    from midspan.dashboards.scoring_advice import command_for, no_run_has

    if all(map(no_run_has, comparison.deciding)):
        lacking: dict[str, list[str]] = {}
        for score in comparison.deciding:
            lacking.setdefault(command_for(score.name), []).append(score.name)
        told = [f"no run has {', '.join(names)}: {how}" for how, names in lacking.items()]
        return "; ".join(told) or "no run has a score: midspan score"
    differences = [each for score in comparison.deciding for each in score.differences]
    # What came closest says most: too few tasks, rather than a score that nobody has.
    reasons = [each.reason for each in sorted(differences, key=lambda one: -one.tasks)]
    return next((reason for reason in reasons if reason), "no score has a value on both sides")


def _refuse_others_beside_runs() -> None:
    """Raise where another option was given: two runs are shown in one way only."""
    context = click.get_current_context()
    beside = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        and parameter.name not in (None, "runs")
        and (given := context.params[str(parameter.name)]) not in (None, False)
        and (not isinstance(given, str) or not parameter.is_flag or given == parameter.flag_value)
    ]
    if beside:
        raise InvalidInput(f"--runs shows two runs call by call, and takes no {beside[0]}")


def _show_runs(workspaces: Sequence[Path], first: str, second: str) -> None:
    from midspan.dashboards.terminal.divergence import divergence_page
    from midspan.pipelines.comparison.divergence import diverging_runs

    if len(workspaces) != 1:
        raise InvalidInput("--runs compares two runs of one workspace", fix="Name one workspace.")
    [workspace] = opened(workspaces)
    found, screen = diverging_runs(workspace, first, second), console.output()
    screen.print(divergence_page(found, screen.width))
