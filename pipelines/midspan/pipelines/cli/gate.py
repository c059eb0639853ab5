"""`midspan gate`: whether a change may go in, as an exit code."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console, judging_options
from midspan.pipelines.cli.compare import AXES, opened
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.profiles import asked_profile
from midspan.pipelines.cli.rows import json_text
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from midspan.scorers.comparison.gate_result import GateResult
    from midspan.scorers.profile import Profile

JOB_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The file to which a job on GitHub appends what its page is to show."""


@click.command()
@click.argument("workspaces", nargs=-1, required=True, type=FILE)
@judging_options.profile("The profile with the `gate`.")
@judging_options.suite("The suite that names the profile.")
@click.option("--by", type=AXES, help="What to compare; one workspace needs it.")
@click.option("--baseline", metavar="VALUE", help="What the others are held against.")
@click.option(
    "--floors-only",
    is_flag=True,
    help="Compare with nothing: only floors and the regression set, of every variant.",
)
@click.option("--junit", type=FILE, metavar="FILE", help="Also write JUnit XML.")
@click.option("--summary", type=FILE, metavar="FILE", help="Also append Markdown to a file.")
@click.option("--json", "form", flag_value="json", help="Everything, as JSON.")
@click.option(
    "--markdown", "form", flag_value="markdown", help="For the comment of a pull request."
)
def command(
    workspaces: tuple[Path, ...],
    profile: Path | None,
    suite: Path | None,
    by: str | None,
    baseline: str | None,
    floors_only: bool,
    junit: Path | None,
    summary: Path | None,
    form: str | None,
) -> int:
    """Hold runs against the `gate` of a profile: floors, no regression, regression set.

    Exit code 0: passed. 1: it is worse, or below a floor. 2: that could not be told, which is no
    pass: too few tasks or runs, nothing scored, or a change that matters could not have been seen.
    On GitHub the summary of the job shows the same.

    \b
    Example:
      midspan gate main-runs pull-request-runs --profile profile.yaml
      midspan gate shop --by revision --baseline v1 --suite suite.yaml --junit gate.xml
      midspan gate shop --floors-only --profile profile.yaml
    """
    from midspan.pipelines.comparison.gate import gate_workspaces

    if floors_only and baseline is not None:
        raise InvalidInput(
            "--floors-only compares with nothing, and --baseline names what to compare with",
            fix="Leave one of them out.",
        )
    asked = _profile(suite, profile)
    result = gate_workspaces(
        opened(workspaces), asked, by=by, baseline=baseline, floors_only=floors_only
    )
    _write(result, junit, summary)
    _show(result, form)
    return result.exit


def _profile(suite: Path | None, profile: Path | None) -> "Profile":
    found = asked_profile(suite, profile)
    if found is None:
        raise InvalidInput(
            "a gate stands in a profile, and none is named",
            fix="Add --profile profile.yaml, or --suite suite.yaml for the profile of a suite.",
        )
    return found


def _write(result: "GateResult", junit: Path | None, summary: Path | None) -> None:
    """Write the files before anything is printed: a reader may leave, a CI step reads them."""
    from midspan.dashboards.junit import junit as junit_of
    from midspan.dashboards.markdown import gate_markdown

    if junit is not None:
        with explained(junit):
            junit.write_text(junit_of(result), encoding="utf-8")
    of_job = os.environ.get(JOB_SUMMARY)
    for path in dict.fromkeys([summary, Path(of_job) if of_job else None]):
        if path is not None:
            with explained(path), path.open("a", encoding="utf-8") as file:
                file.write(gate_markdown(result))


def _show(result: "GateResult", form: str | None) -> None:
    if form == "json":
        sys.stdout.write(json_text(result.as_dict()))
    elif form == "markdown":
        from midspan.dashboards.markdown import gate_markdown

        sys.stdout.write(gate_markdown(result))
    else:
        from midspan.dashboards.terminal.gate import gate_page

        console.output().print(gate_page(result))
