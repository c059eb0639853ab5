"""`midspan pull`: what people said in Phoenix and MLflow, among the scores of a workspace."""

from pathlib import Path

import click

from midspan.pipelines.cli import console, server_options
from midspan.pipelines.cli.file_type import FILE
from midspan.scorers.errors import Exit, SurroundingsError


@click.command()
@click.argument("workspace", type=FILE)
@server_options.phoenix
@server_options.mlflow
@server_options.project
@server_options.certificates
def command(
    workspace: Path, phoenix: str | None, mlflow: str | None, project: str | None, ca: Path | None
) -> int:
    """Read what people said about runs and steps of a WORKSPACE, and keep it among its scores.

    They become rows of the source `human`, which scoring leaves alone. To pull again changes
    nothing but what people changed. Without a server named: from those that `midspan up` runs.

    \b
    Example:
      midspan pull shop
      midspan pull shop --phoenix http://127.0.0.1:6006
      midspan table shop scores --where source=human
    """
    from midspan.dashboards.terminal.cells import counted
    from midspan.pipelines.publish.human_rows import keep_human_rows
    from midspan.pipelines.publish.publishing import puller
    from midspan.pipelines.publish.targets import targets
    from midspan.pipelines.workspace import Workspace

    opened = Workspace(workspace)
    code = Exit.DONE
    for target in targets({"phoenix": phoenix, "mlflow": mlflow}, ca=ca):
        try:
            pulled = puller(target.server)(opened, target, project=project)
        except SurroundingsError as error:
            click.echo(str(error), err=True)
            code = Exit.SURROUNDINGS
            continue
        changed = keep_human_rows(opened, pulled.rows, target.server)
        rows = counted(pulled.rows.height, "judgement")
        console.output().print(
            f"{target.server:8} {rows} of people, {changed:,} new or changed", markup=False
        )
        for reason, left in pulled.left.items():
            console.note(f"{target.server}: {left:,} left: {reason}")
        if pulled.left and code == Exit.DONE:
            code = Exit.IN_PART
    return code
