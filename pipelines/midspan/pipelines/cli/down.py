"""`midspan down`: stop what `midspan up` started."""

import click

from midspan.instrumentation import streams
from midspan.scorers.errors import Exit, SurroundingsError


@click.command(
    epilog="""\b
Example:
  $ midspan down
  name     state
  phoenix  stopped
  mlflow   was not running
"""
)
@click.argument("name", required=False, type=click.Choice(["phoenix", "mlflow"]))
def command(name: str | None) -> Exit:
    """Stop both servers, or the one named; data stays, and no accepted span is lost.

    Only processes that `midspan up` started are ended. Phoenix may take a while: it first writes
    the spans it still holds. A server that stands still for 15 seconds is killed. Where it cannot
    be told whether one runs, the other is stopped all the same; exit code 4.
    """
    from midspan.pipelines.cli import console
    from midspan.pipelines.cli.rows import show
    from midspan.pipelines.servers import Home, stop
    from midspan.pipelines.servers.recipes import chosen

    home = Home.of_user()
    stopped, failed = [], []
    with console.steps() as say:
        for recipe in chosen(name):
            try:
                stopped.append(stop(recipe, home, say=say))
            except SurroundingsError as error:
                failed.append(str(error))
    rows = [
        {
            "name": one.name,
            "state": "killed: it stood still"
            if one.killed
            else "stopped"
            if one.was_running
            else "was not running",
        }
        for one in stopped
    ]
    show(rows)
    for reason in dict.fromkeys(failed):
        click.echo(f"midspan down: {streams.visible(reason)}", err=True)
    if failed:
        return Exit.SURROUNDINGS
    return Exit.IN_PART if any(one.killed for one in stopped) else Exit.DONE
