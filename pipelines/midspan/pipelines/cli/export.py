"""`midspan export`: runs as training data, or as sessions for trace viewers."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.file_type import FILE
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.exporting.chosen import Exported
    from midspan.pipelines.exporting.export import Form
    from midspan.pipelines.workspace import Workspace

_LISTED: Final = 3


@click.command()
@click.argument("workspace", type=FILE)
@click.option("--failures", "which", flag_value="failures", help="The runs that failed.")
@click.option("--successes", "which", flag_value="successes", help="The runs that succeeded.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "chat", "pi"]),
    default="jsonl",
    show_default=True,
    help="All that is known of a run, its messages as chat models are trained on them, or a "
    "session of the pi agent, which trace viewers show.",
)
@click.option("--out", type=FILE, metavar="FILE", help="Write to a file instead of stdout.")
@click.option("--redact-emails", is_flag=True, help="Take out addresses of email, too.")
@click.option(
    "--to", metavar="DIR|URL", help="pi: a folder, or a data set: hf://datasets/NAMESPACE/NAME."
)
@click.option("--public", is_flag=True, help="pi: everybody may read the data set.")
@click.option("--replace", is_flag=True, help="pi: replace sessions that are there already.")
@click.option("--yes", is_flag=True, help="pi: upload without asking.")
@click.option("--from-spans", is_flag=True, help="pi: do not take sessions that pi itself wrote.")
def command(
    workspace: Path,
    which: str | None,
    form: str,
    out: Path | None,
    redact_emails: bool,
    to: str | None,
    **sessions: bool,
) -> int:
    """Print runs as training data, a line of JSON for each; or write them as sessions of pi.

    Keys, tokens and passwords are replaced; all other text is as it was recorded, and may hold
    anything that a tool or a user put in. How many runs and replacements is said on stderr.
    With --format pi all runs are taken unless some are named; an upload says what goes where, and
    asks first. A data set that is made is private.
    Exit code 2: there is no such run. 3: some were left out, since their messages are not there.

    \b
    Example:
      midspan export shop --successes --format chat --out train.jsonl
      midspan export shop --failures | jq -r .outcome | sort | uniq -c
      midspan export shop --format pi --to shop-sessions
      midspan export shop --format pi --to hf://datasets/me/shop-sessions
    """
    from midspan.pipelines.exporting.export import SUCCESSES
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.outcomes import FAILURES

    outcomes = None if which is None else FAILURES if which == "failures" else SUCCESSES
    opened = Workspace(workspace)
    if form == "pi":
        tally = _sessions(opened, outcomes, to, out, emails=redact_emails, **sessions)
    else:
        _refuse_misplaced(to, sessions)
        tally = _lines(opened, outcomes, cast("Form", form), out, emails=redact_emails)
    _tell(tally)
    if not tally.runs and not tally.left_out:
        console.note(f"no run ended so; how they ended: midspan failures {workspace}")
    if not tally.runs:
        return Exit.NOT_EVALUATED
    return Exit.IN_PART if tally.left_out else Exit.DONE


def _sessions(
    workspace: "Workspace",
    outcomes: Sequence[str] | None,
    to: str | None,
    out: Path | None,
    **asked: bool,
) -> "Exported":
    from midspan.pipelines.cli.export_sessions import Wish, export_sessions

    if out is not None:
        raise InvalidInput("sessions are several files", fix="Name a folder: --to DIR")
    if to is None:
        raise InvalidInput("where to?", fix="Add --to DIR, or --to hf://datasets/NAMESPACE/NAME")
    return export_sessions(Wish(workspace=workspace, outcomes=outcomes, to=to, **asked))


def _lines(
    workspace: "Workspace",
    outcomes: Sequence[str] | None,
    form: "Form",
    out: Path | None,
    *,
    emails: bool,
) -> "Exported":
    from midspan.pipelines.exporting.export import Exported, export

    if outcomes is None:
        raise InvalidInput("which runs?", fix="Add --failures or --successes.")
    tally = Exported()
    _write(export(workspace, outcomes, form=form, emails=emails, tally=tally), out)
    return tally


def _refuse_misplaced(to: str | None, sessions: Mapping[str, bool]) -> None:
    given = {"to": to is not None, **sessions}
    for name in (name for name, is_given in given.items() if is_given):
        option = f"--{name.replace('_', '-')}"
        raise InvalidInput(f"{option} is for sessions", fix="Add --format pi.")


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
