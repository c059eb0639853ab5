"""`midspan status`: which servers run, and where."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from midspan.instrumentation import streams
from midspan.scorers.errors import Exit, SurroundingsError

if TYPE_CHECKING:
    from midspan.pipelines.servers import Status


@click.command(
    epilog="""\b
Example:
  $ midspan status
  name     state    url                    version  pid
  phoenix  running  http://127.0.0.1:6006  20.26.1  4711
  mlflow   stopped
  \b
  phoenix  log   ~/.local/share/midspan/logs/phoenix.log
  phoenix  data  ~/.local/share/midspan/phoenix
  ...
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> Exit:
    """Say whether Phoenix and MLflow run on this machine, and where their data and logs lie.

    Where that cannot be told of one of them, the other is shown; exit code 4.
    """
    from midspan.pipelines.servers import Home, status
    from midspan.pipelines.servers.recipes import chosen

    home = Home.of_user()
    found, failed = [], []
    for recipe in chosen(None):
        try:
            found.append(status(recipe, home))
        except SurroundingsError as error:
            failed.append(str(error))
    _show(found, as_json=as_json)
    for reason in dict.fromkeys(failed):
        click.echo(f"midspan status: {streams.visible(reason)}", err=True)
    return Exit.SURROUNDINGS if failed else Exit.DONE


def _show(found: "Sequence[Status]", *, as_json: bool) -> None:
    from midspan.pipelines.cli.rows import from_home, show, show_table

    if as_json or not sys.stdout.isatty():
        show([one.as_dict() for one in found], as_json=as_json)
        return
    shown = ("name", "state", "url", "version", "pid")
    show_table([{name: getattr(one, name) for name in shown} for one in found])
    click.echo()
    for one in found:
        click.echo(f"{one.name:7}  log   {from_home(one.log)}")
        click.echo(f"{one.name:7}  data  {from_home(one.data)}")
