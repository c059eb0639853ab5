"""Files that cannot be read, and why: each is told of, and the others are read."""

import errno
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from midspan.pipelines.ingest.file_kinds import PART
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.raw import Rejected
from midspan.scorers.errors import MidspanError, SurroundingsError

UNREAD: Final = "could not be read: "
"""How the reason begins in the quarantine; it is tried again by every ingest."""

Unread = tuple[object, str]
"""What could not be read, which is named by its text, and why."""

UNREADABLE: Final = (OSError, MidspanError)
"""What reading a file raises, on this machine or elsewhere."""

_KINDS: Final = (
    (stat.S_ISFIFO, "it is a pipe: name it by itself to read what comes through it"),
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)


def unreadable(path: Path) -> str | None:
    """Return why there are no bytes to be read from a path, None for a file.

    Nothing is opened: to open a pipe is to wait for whoever writes it.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return why(path, error)
    for is_kind, reason in _KINDS:
        if is_kind(mode):
            return reason
    return None


def why(path: object, error: OSError | MidspanError) -> str:
    """Return in words why a file could not be read."""
    if isinstance(error, MidspanError):
        return str(error.args[0]).removeprefix(f"{path}: ")
    if isinstance(error, FileNotFoundError):
        if isinstance(path, Path) and path.is_symlink():
            return f"it is a link to {path.readlink()}, which is not there"
        return "it was there a moment ago, and is gone"
    if error.errno == errno.ELOOP:
        return "it is a link that leads to itself"
    return error.strerror or str(error)


def renamed(path: object) -> Path | None:
    """Return what a spool file is called now that its writer is done, if that is what happened."""
    if not isinstance(path, Path) or not path.name.endswith(PART) or path.exists():
        return None
    finished = path.with_name(path.name.removesuffix(PART))
    return finished if finished.is_file() else None


def nothing_read(files: Iterable[Unread]) -> SurroundingsError:
    """Return the error where no file at all could be read."""
    return SurroundingsError(
        "\n".join(f"{shown(path)}: {reason}" for path, reason in files),
        fix="Nothing was read. Name a file that can be, or run this again when they can.",
    )


def unread(reason: str) -> Rejected:
    """Return what the quarantine says of a file."""
    return Rejected(0, UNREAD + shown(reason), "")
