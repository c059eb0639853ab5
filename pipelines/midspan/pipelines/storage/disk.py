"""What the disk refuses, as an error that says where and what mends it."""

import errno
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from midspan.scorers.errors import SurroundingsError

FIXES: Final = {
    errno.ENOSPC: "Make room on that disk, then run the same command again.",
    errno.EDQUOT: "Make room within your quota, then run the same command again.",
    errno.EFBIG: "Allow larger files (ulimit -f unlimited), then run the same command again.",
    errno.EMFILE: "Allow more open files (ulimit -n 4096), then run the same command again.",
    errno.ENFILE: "Too many files are open on this machine; end other programs, then try again.",
    errno.EACCES: "See who may read and write it: ls -ld {path}",
    errno.EPERM: "See who may read and write it: ls -ld {path}",
    errno.EROFS: "Name a place on a disk that can be written to.",
    errno.EIO: "The disk may be broken; see what the system says: dmesg | tail",
    errno.ENOTDIR: "Move away the file that stands where a folder belongs: ls -ld {folder}",
    errno.EISDIR: "Move away the folder that stands where a file belongs: ls -ld {path}",
    errno.ELOOP: "Remove the link.",
}
"""By kind of refusal. Others stay what they are: a pipe that nobody reads is no matter of disks."""

_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
_LOCKED: Final = "Keep the workspace on a disk whose files can be locked."


@contextmanager
def explained(where: Path) -> Iterator[None]:
    """Raise refusals of the disk with the path and the fix; `where` for those that name no path."""
    try:
        yield
    except OSError as error:
        told = refusal(error, where)
        if told is None:
            raise
        raise told from error


def refusal(error: OSError, where: Path) -> SurroundingsError | None:
    """Return the error that says what mends this one, None if it is none of the disk's."""
    path = error.filename2 or error.filename or where
    if error.errno in _NO_LOCKS:
        return SurroundingsError(f"{path}: {error.strerror}", fix=_LOCKED)
    if error.errno not in FIXES:
        return None
    fix = with_path(FIXES[error.errno], str(path))
    return SurroundingsError(f"{path}: {error.strerror}", fix=fix)


def with_path(fix: str, path: str) -> str:
    """Return a fix with the path in its command, as a shell takes it.

    >>> with_path("ls -ld {path}", "/my runs/calls"), with_path("ls {folder}", "/x/y")
    ("ls -ld '/my runs/calls'", 'ls /x')
    """
    folder = os.path.dirname(path) or "."
    return fix.format(path=shlex.quote(path), folder=shlex.quote(folder))
