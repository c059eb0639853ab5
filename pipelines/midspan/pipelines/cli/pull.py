"""`midspan pull`: what people said in Phoenix and MLflow, among the scores of a workspace."""

from pathlib import Path
from typing import Final

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit, SurroundingsError

FILE: Final = click.Path(path_type=Path)


@click.command()
@click.argument("workspace", type=FILE)
@click.option("--phoenix", metavar="URL", help="A Phoenix; its token: PHOENIX_API_KEY.")
@click.option(
    "--mlflow",
    metavar="URI",
    help="An MLflow; its token: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD.",
)
@click.option("--project", metavar="NAME", help="Project and experiment, instead of the run's.")
@click.option("--ca", type=FILE, metavar="FILE", help="Certificates to trust, in PEM form.")
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
