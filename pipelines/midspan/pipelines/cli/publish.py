"""`midspan publish`: the spans and scores of a workspace to Phoenix and MLflow."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midspan.pipelines.cli import console, judging_options, server_options
from midspan.pipelines.cli.file_type import FILE
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.publish.asked import Asked
    from midspan.pipelines.scoring.judged_by import Recalled


@click.command()
@click.argument("workspace", type=FILE)
@server_options.phoenix
@server_options.mlflow
@click.option("--otlp", metavar="URL", help="Scores as OpenTelemetry events, for any backend.")
@click.option("--only", metavar="PARTS", help="Of spans, scores, experiments; separated by commas.")
@click.option(
    "--since", "begun", metavar="WHEN", help="Only runs since: 3h, 2d, 2026-11-20T08:00:00Z."
)
@server_options.project
@judging_options.suite("Another than it was scored with.")
@judging_options.profile("Another than it was scored with.")
@click.option(
    "--artifact",
    "artifacts",
    type=FILE,
    multiple=True,
    metavar="PATH",
    help="A file to keep beside the runs (MLflow). May be given several times.",
)
@server_options.certificates
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--again", is_flag=True, help="Ask the server about all of it, whatever was noted.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    workspace: Path,
    phoenix: str | None,
    mlflow: str | None,
    otlp: str | None,
    only: str | None,
    begun: str | None,
    project: str | None,
    suite: Path | None,
    profile: Path | None,
    artifacts: tuple[Path, ...],
    ca: Path | None,
    dry_run: bool,
    again: bool,
    as_json: bool,
) -> int:
    """Send spans and scores of a WORKSPACE to Phoenix and MLflow, each score on its step.

    Without a server named: to those that `midspan up` runs. Suite and profile are those that it was
    scored with. To publish twice changes nothing; what was interrupted goes on where it was.
    Tokens come from the environment alone.
    Exit code 3: something was left, and is listed. 4: a server could not be asked.

    \b
    Example:
      midspan publish shop
      midspan publish shop --phoenix http://127.0.0.1:6006 --since 2d
      midspan publish shop --mlflow http://127.0.0.1:5000 --only scores,experiments
    """
    from midspan.pipelines.cli.publish_report import as_rows, counted, show_outcome
    from midspan.pipelines.cli.rows import json_text
    from midspan.pipelines.publish.foretold import foretold
    from midspan.pipelines.publish.publishing import publish
    from midspan.pipelines.publish.targets import targets
    from midspan.pipelines.scoring.judged_by import recall
    from midspan.pipelines.workspace import Workspace

    opened = Workspace(workspace)
    judged = recall(workspace, suite=suite, profile=profile)
    asked = _asked(only, begun, project, judged, artifacts, dry_run=dry_run)
    meant = targets({"phoenix": phoenix, "mlflow": mlflow, "otlp": otlp}, ca=ca)
    for line in (*judged.notes, *foretold(opened, asked, [target.server for target in meant])):
        console.note(line)
    with counted() as tell:
        outcome = publish(opened, meant, asked, again=again, tell=tell)
    if as_json:
        click.echo(json_text(as_rows(outcome)), nl=False)
    show_outcome(outcome, workspace, dry_run=dry_run, on_screen=not as_json)
    return outcome.exit_code


def _asked(
    only: str | None,
    begun: str | None,
    project: str | None,
    judged: "Recalled",
    artifacts: tuple[Path, ...],
    *,
    dry_run: bool,
) -> "Asked":
    from midspan.pipelines.files import load_setting, load_suite
    from midspan.pipelines.publish.asked import Asked, parts_named, since
    from midspan.scorers.plugins import declarations

    for artifact in artifacts:
        if not artifact.exists():
            raise InvalidInput(f"{artifact}: there is no such file", fix="Mend --artifact.")
    if project is not None and not project.strip():
        raise InvalidInput("a project needs a name", fix="Mend --project, or leave it out.")
    setting = load_setting(suite=judged.suite, profile=judged.profile, examples=False)
    return Asked(
        only=parts_named(only),
        since_ns=since(begun, now=datetime.now(UTC)) if begun is not None else None,
        project=project,
        dry_run=dry_run,
        artifacts=artifacts,
        suite=load_suite(judged.suite) if judged.suite is not None else None,
        setting=setting,
        known=declarations(setting.profile),
    )
