"""`midspan doctor`: what is installed, reachable and misconfigured, and what mends it."""

import sys
import textwrap
from typing import TYPE_CHECKING, Final

import click

from midspan.scorers.errors import Exit, SurroundingsError

if TYPE_CHECKING:
    from midspan.pipelines.servers.finding import Finding

MARGIN: Final = 8
NARROWEST: Final = 20
STYLES: Final = {"ok": "green", "note": "yellow", "broken": "bold red"}


@click.command(
    epilog="""\b
Example:
  $ midspan doctor
  ok      python: 3.12.7
  ok      extra pipelines: installed
  note    records langchain-core: nothing does
          pip install openinference-instrumentation-langchain
  note    phoenix: stopped, not installed yet
          midspan up phoenix
  ...
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with versions and paths.")
def command(as_json: bool) -> Exit:
    """Look at Python, the extras, what records agents, both servers and where spans are sent.

    Each finding is ok, a note (may stay as it is) or broken, and says what mends it. Nothing is
    changed. Exit code 4 when something is broken.
    """
    from midspan.instrumentation.auto import look
    from midspan.pipelines.cli.rows import show
    from midspan.pipelines.servers import Home
    from midspan.pipelines.servers.checkup import check_servers
    from midspan.pipelines.servers.finding import broken
    from midspan.pipelines.servers.instrumentation import check_instrumentation
    from midspan.pipelines.servers.recipes import chosen
    from midspan.pipelines.servers.surroundings import check_surroundings

    findings = [*check_surroundings(), *check_instrumentation(look())]
    try:
        findings += check_servers(chosen(None), Home.of_user())
    except SurroundingsError as error:
        findings.append(broken("home", error.args[0], error.fix or ""))
    if as_json:
        show([one.as_dict() for one in findings], as_json=True)
    elif sys.stdout.isatty():
        show_findings(findings)
    else:
        columns = ("what", "level", "detail", "fix")
        show([{name: getattr(one, name) for name in columns} for one in findings])
    return Exit.SURROUNDINGS if any(one.level == "broken" for one in findings) else Exit.DONE


def show_findings(findings: "list[Finding]") -> None:
    """Print a paragraph for each finding; addresses, paths and commands are never broken."""
    from rich.text import Text

    from midspan.pipelines.cli import console
    from midspan.pipelines.cli.rows import from_home

    screen = console.output()
    for one in findings:
        told = from_home(f"{one.what}: {one.detail}")
        lines = textwrap.wrap(
            told,
            max(screen.width - MARGIN, NARROWEST),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines):
            label = f"{'' if number else one.level:{MARGIN}}"
            screen.print(Text.assemble((label, STYLES[one.level]), line), soft_wrap=True)
        if one.fix:
            screen.print(Text.assemble(" " * MARGIN, (one.fix, "cyan")), soft_wrap=True)
