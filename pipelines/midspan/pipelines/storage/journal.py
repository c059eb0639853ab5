"""The journal of a change: what was decided is done in the end, whoever is killed on the way."""

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.locks import READERS_GIVEN, READERS_PASSED, readers_kept_out
from midspan.pipelines.storage.settings import change_buckets
from midspan.scorers.errors import InvalidInput

JOURNAL: Final = "journal.json"


class Journal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Files to move into place and files to take away, by path within the workspace.

    `buckets` is the number of buckets from then on, where the change is one of that.
    """

    moves: dict[str, str]
    removed: list[str]
    buckets: int | None = None


def begin(
    workspace: Path,
    moves: Mapping[Path, Path],
    removed: Sequence[Path],
    *,
    buckets: int | None = None,
) -> None:
    """Write the journal: from here on, the change is done in the end.

    Folders are made first, so that what is known to fail does so before anything is decided.
    """

    def inside(path: Path) -> str:
        return str(path.relative_to(workspace))

    journal = Journal(
        moves={inside(source): inside(target) for source, target in moves.items()},
        removed=[inside(path) for path in removed],
        buckets=buckets,
    )
    folders = {path.parent for path in (*moves.values(), *removed)}
    for folder in sorted(folders):
        with explained(folder):
            _require_writable(folder)
    part = workspace / f"{JOURNAL}.part"
    with explained(part):
        part.write_bytes(msgspec.json.encode(journal))
        part.replace(workspace / JOURNAL)


def is_begun(workspace: Path) -> bool:
    """Return whether a change is under way, or was left half-way."""
    return (workspace / JOURNAL).is_file()


def finish(workspace: Path, settings: Path) -> None:
    """Do what is left of a change.

    While somebody reads, superseded files stay: they are no part of the workspace any more, and the
    next writer takes them away.
    """
    path = workspace / JOURNAL
    if not is_begun(workspace):
        return
    journal = _read(path)
    moves = [
        (_inside(workspace, source), _inside(workspace, target))
        for source, target in journal.moves.items()
    ]
    removed = [_inside(workspace, name) for name in journal.removed]
    given = READERS_GIVEN if removed else READERS_PASSED
    with readers_kept_out(settings, seconds=given) as alone:
        for source, target in moves:
            with explained(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.exists():
                    source.replace(target)
        if journal.buckets is not None:
            with explained(settings):
                change_buckets(settings, journal.buckets)
        for file in removed if alone else ():
            with explained(file):
                file.unlink(missing_ok=True)
    with explained(path):
        path.unlink()


def _read(path: Path) -> Journal:
    try:
        with explained(path):
            return msgspec.json.decode(path.read_bytes(), type=Journal)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"{path}: not a journal: {error}",
            fix="Put it back from a copy; or remove it, to go back to what the workspace held "
            "before the last change, and move away the files that midspan then names.",
        ) from error


def _require_writable(folder: Path) -> None:
    """Raise why files cannot be moved into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _inside(workspace: Path, name: str) -> Path:
    """Return a path that a journal names; one outside the workspace is refused."""
    path = workspace / name
    if not path.resolve().is_relative_to(workspace.resolve()):
        raise InvalidInput(
            f"{workspace / JOURNAL}: names {name}, which is outside the workspace",
            fix="Nothing was changed. Remove the file if you do not know where it comes from.",
        )
    return path
