"""What the disk refuses, as an error that says where and what mends it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from midspan.scorers.errors import SurroundingsError

FIXES: Final = {
    errno.ENOSPC: "Make room there, then run the same command again: nothing was lost.",
    errno.EDQUOT: "Make room there, then run the same command again: nothing was lost.",
    errno.EFBIG: "Allow larger files there (ulimit -f), then run the same command again.",
    errno.EACCES: "Give yourself the right to read and write there, then run this again.",
    errno.EPERM: "Give yourself the right to read and write there, then run this again.",
    errno.EROFS: "Name a place that can be written to.",
    errno.EMFILE: "Allow more open files (ulimit -n 1024), then run this again.",
    errno.ENFILE: "Close other programs, then run this again.",
    errno.EIO: "Look after the disk: what is on it may be damaged.",
    errno.ENOTDIR: "Move away the file that stands where a folder belongs.",
    errno.EISDIR: "Move away the folder that stands where a file belongs.",
    errno.ELOOP: "Remove the link.",
    errno.ENOLCK: "Keep the workspace on a disk whose files can be locked.",
    errno.EOPNOTSUPP: "Keep the workspace on a disk whose files can be locked.",
    errno.ENOSYS: "Keep the workspace on a disk whose files can be locked.",
}
"""By kind of refusal. Others stay what they are: a pipe that nobody reads is no matter of disks."""


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
    if error.errno not in FIXES:
        return None
    path = error.filename2 or error.filename or where
    return SurroundingsError(f"{path}: {error.strerror}", fix=FIXES[error.errno])
