"""`midspan export`: runs as training data."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.exporting.export import Exported, Form

FILE: Final = click.Path(path_type=Path)
_LISTED: Final = 3


@click.command()
@click.argument("workspace", type=FILE)
@click.option("--failures", "which", flag_value="failures", help="The runs that failed.")
@click.option("--successes", "which", flag_value="successes", help="The runs that succeeded.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "chat"]),
    default="jsonl",
    show_default=True,
    help="All that is known of a run, or its messages as chat models are trained on them.",
)
@click.option("--out", type=FILE, metavar="FILE", help="Write to a file instead of stdout.")
@click.option("--redact-emails", is_flag=True, help="Take out addresses of email, too.")
def command(
    workspace: Path, which: str | None, form: "Form", out: Path | None, redact_emails: bool
) -> int:
    """Print runs as training data, a line of JSON for each.

    Keys, tokens and passwords are replaced; all other text is as it was recorded, and may hold
    anything that a tool or a user put in. How many runs and replacements is said on stderr.
    Exit code 2: there is no such run. 3: some were left out, since their messages are not there.

    \b
    Example:
      midspan export shop --successes --format chat --out train.jsonl
      midspan export shop --failures | jq -r .outcome | sort | uniq -c
    """
    from midspan.pipelines.exporting.export import SUCCESSES, Exported, export
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.outcomes import FAILURES

    if which is None:
        raise InvalidInput("which runs?", fix="Add --failures or --successes.")
    outcomes = FAILURES if which == "failures" else SUCCESSES
    tally = Exported()
    opened = Workspace(workspace)
    _write(export(opened, outcomes, form=form, emails=redact_emails, tally=tally), out)
    _tell(tally)
    if not tally.runs and not tally.left_out:
        console.note(f"no run ended so; how they ended: midspan failures {workspace}")
    if not tally.runs:
        return Exit.NOT_EVALUATED
    return Exit.IN_PART if tally.left_out else Exit.DONE


def _write(lines: Iterable[str], out: Path | None) -> None:
    """Write to stdout, or to a file that is there whole or not at all; never an empty one."""
    if out is None:
        sys.stdout.writelines(lines)
        return
    from midspan.pipelines.storage.disk import explained

    part = out.with_name(f"{out.name}.part")
    with explained(out):
        try:
            with part.open("w", encoding="utf-8") as file:
                file.writelines(lines)
            if part.stat().st_size:
                part.replace(out)
        finally:
            part.unlink(missing_ok=True)


def _tell(tally: "Exported") -> None:
    from midspan.dashboards.terminal.cells import counted

    console.note(counted(tally.runs, "run"))
    if tally.redacted:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.redacted.items()))
        console.note(f"replaced: {kinds}")
    for reason, count in Counter(tally.left_out.values()).most_common():
        named = [run_id for run_id, why in tally.left_out.items() if why == reason][:_LISTED]
        more = ", ..." if count > _LISTED else ""
        console.note(f"left out: {count:,}, {reason} ({', '.join(named)}{more})")
