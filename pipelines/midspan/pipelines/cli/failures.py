"""`midspan failures`: failed runs by what went wrong."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console, judging_options
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.rows import json_text, listed
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.comparison.failures import Failures
    from midspan.pipelines.workspace import Workspace

_REASONS: Final = 5
"""Reasons for which runs are infra that are told."""


@click.command()
@click.argument("workspace", type=FILE)
@judging_options.suite("Judge by this suite's profile.")
@judging_options.profile("Judge by this profile.")
@click.option(
    "--by",
    metavar="NAMES",
    help="What tells causes apart: some of rule, response, markers, signature; else all of them.",
)
@click.option("--all", "everything", is_flag=True, help="Every cause, not the commonest alone.")
@click.option("--json", "json_", is_flag=True, help="Everything, as JSON.")
def command(
    workspace: Path,
    suite: Path | None,
    profile: Path | None,
    by: str | None,
    everything: bool,
    json_: bool,
) -> int:
    """Group the failed runs of a workspace by cause.

    A cause is the last fault that was not made up for, what the agent did after it, the markers
    that fired, and the error without its numbers and names. Where no call was at fault: the checks
    that do not hold, or how the run ended.
    Exit code 2: of no run is it known whether it failed.

    \b
    Example:
      midspan failures shop
      midspan failures shop --by rule,response
      midspan failures shop --profile profile.yaml --all
      midspan failures shop --json | jq '.causes[] | {runs, rule, example}'
    """
    from midspan.pipelines.comparison.failures import failures
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.workspace import Workspace

    opened = Workspace(workspace)
    setting = load_setting(suite=suite, profile=profile)
    found = failures(opened, setting=setting, by=_key(by))
    if not found.outcomes:
        raise InvalidInput(
            f"{workspace}: the workspace holds no run",
            fix=f"midspan ingest SPANS --into {workspace}",
        )
    if json_:
        sys.stdout.write(json_text(found.as_dict()))
    else:
        _show(opened, found, everything=everything)
        _show_lost(opened)
    notes = console.notes()
    if found.failed and notes.is_terminal and not json_:
        notes.print(f"step by step: midspan score {workspace} --explain EXAMPLE", style="dim")
    if found.judged:
        return Exit.DONE
    console.note(
        "of no run is it known whether it failed: their tasks have no checks, or nothing ran"
    )
    return Exit.NOT_EVALUATED


def _show_lost(workspace: "Workspace") -> None:
    """Say why runs are infra, the commonest first, each with how many and the log of one."""
    import polars as pl

    from midspan.pipelines.sweep.layout import log_beside

    of_outcome = (pl.col("name") == "outcome") & (pl.col("label") == "infra")
    lost = workspace.table("scores").filter(of_outcome).drop_nulls("explanation")
    runs = workspace.table("runs").select("run_id", "launch")
    reasons = (
        lost.select("run_id", "explanation")
        .join(runs, on="run_id", how="left")
        .sort("run_id")
        .group_by("explanation")
        .agg(pl.len(), pl.col("run_id", "launch").first())
        .sort("len", "explanation", descending=True)
    )
    for reason, count, run_id, launch in reasons.head(_REASONS).collect().iter_rows():
        console.note(f"infra, {count:,} run{'' if count == 1 else 's'}: {reason}")
        if (log := log_beside(workspace.path, run_id, launch or 0)) is not None:
            console.note(f"  {'its log' if count == 1 else 'the log of one'}: {log}")


def _key(by: str | None) -> Sequence[str]:
    from midspan.pipelines.comparison.failures import KEY

    if by is None:
        return KEY
    wanted = listed(by)
    for name in wanted:
        if name not in KEY:
            raise InvalidInput(f"--by: causes have no {name!r}; there are {', '.join(KEY)}")
    if not wanted:
        raise InvalidInput(f"--by names nothing; there are {', '.join(KEY)}")
    return wanted


def _show(workspace: "Workspace", found: "Failures", *, everything: bool) -> None:
    from midspan.dashboards.terminal.failures import SHOWN, failures_page
    from midspan.pipelines.scoring.told_runs import short_ids

    run_ids = workspace.table("runs").select("run_id").collect()["run_id"]
    examples = found.causes["example"]
    page = failures_page(
        found.causes,
        found.outcomes,
        rules=found.rules,
        ids=short_ids(run_ids, (examples if everything else examples.head(SHOWN)).to_list()),
        everything=everything,
    )
    console.output().print(page)
