"""`midspan export --format pi`: sessions for trace viewers, in a folder or on the Hub."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.exporting.destination import HubFolder
    from midspan.pipelines.exporting.sessions import Sessions
    from midspan.pipelines.workspace import Workspace

OWN_SESSIONS: Final = "sessions"
"""Beside the workspace of a sweep: what the agents themselves wrote."""

_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for."""

    workspace: "Workspace"
    outcomes: Sequence[str] | None
    to: str
    public: bool
    replace: bool
    yes: bool
    emails: bool
    from_spans: bool


def export_sessions(wish: Wish) -> "Sessions":
    """Return what was exported, after it is where it was asked to be."""
    from midspan.pipelines.exporting.destination import HubFolder, destination

    target = destination(wish.to)
    if isinstance(target, HubFolder):
        return _to_hub(wish, target)
    if wish.public:
        raise InvalidInput(f"{target} is a folder on this machine", fix="Leave out --public.")
    return _to_folder(wish, target)


def _to_folder(wish: Wish, folder: Path) -> "Sessions":
    from midspan.pipelines.exporting.card import CARD, card, may_replace
    from midspan.pipelines.exporting.folder import put_in_place, staged

    with staged(folder) as staging:
        sessions = _written(wish, staging)
        if sessions.runs:
            there = folder / CARD
            before = there.read_text(encoding="utf-8") if there.is_file() else None
            put_in_place(staging, folder, sessions.files, replace=wish.replace)
            if may_replace(before):
                (staging / CARD).write_text(card(folder.resolve().name, sessions), encoding="utf-8")
                put_in_place(staging, folder, [PurePosixPath(CARD)], replace=True)
            else:
                _tell_of_tags(str(there))
            click.echo(folder)
    return sessions


def _to_hub(wish: Wish, target: "HubFolder") -> "Sessions":
    from midspan.pipelines.exporting.card import card, may_replace
    from midspan.pipelines.exporting.folder import refuse_taken, staged
    from midspan.pipelines.exporting.hub import standing_of, taken, upload

    there = standing_of(target, public=wish.public)
    with staged() as staging:
        sessions = _written(wish, staging)
        if not sessions.runs:
            return sessions
        replaced = taken(target, there, sessions.files)
        if not wish.replace:
            refuse_taken(str(target), replaced)
        made = card(target.repository.partition("/")[2], sessions)
        new_card = made if may_replace(there.card) else None
        openness = "private" if there.private else "PUBLIC: everybody can read it"
        made_new = "" if there.exists else "new, "
        console.note(f"to {target} ({made_new}{openness})")
        _show(sessions, replaced=len(replaced))
        if new_card is None:
            _tell_of_tags(f"the card of {target.repository}")
        _confirm(wish)
        console.note("uploading")
        click.echo(upload(target, there, staging, card=new_card))
    return sessions


def _written(wish: Wish, folder: Path) -> "Sessions":
    from midspan.pipelines.exporting.sessions import write_sessions

    own = wish.workspace.path.absolute().parent / OWN_SESSIONS
    return write_sessions(
        wish.workspace,
        folder,
        outcomes=wish.outcomes,
        emails=wish.emails,
        native=own if own.is_dir() and not wish.from_spans else None,
    )


def _show(sessions: "Sessions", *, replaced: int) -> None:
    from midspan.dashboards.terminal.cells import counted

    for place in sessions.files[:_SHOWN]:
        console.note(f"  {place}")
    if len(sessions.files) > _SHOWN:
        console.note(f"  and {len(sessions.files) - _SHOWN:,} more")
    told = f"{counted(len(sessions.files), 'session')}, {_size(sessions.size)}"
    ended = Counter(sessions.outcomes).most_common()
    outcomes = ", ".join(f"{outcome} {count:,}" for outcome, count in ended)
    console.note(f"{told}: {outcomes}" + (f"; {replaced:,} replaced" if replaced else ""))
    found = ", ".join(f"{kind} {count:,}" for kind, count in sorted(sessions.redacted.items()))
    console.note(f"secrets replaced: {found or 'none found'}")


def _confirm(wish: Wish) -> None:
    """Go on only where a person, or the command, says so."""
    if wish.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InvalidInput("nothing was uploaded: nobody was there to say yes", fix="Add --yes.")
    if not click.confirm("Upload?", err=True):
        raise InvalidInput("nothing was uploaded")


def _tell_of_tags(which: str) -> None:
    from midspan.pipelines.exporting.card import TAGS

    console.note(
        f"{which} stays as it is; for the Hub's viewer it needs the tags {', '.join(TAGS)}"
    )


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB" if count >= 2**20 else f"{count / 2**10:,.1f} KB"
