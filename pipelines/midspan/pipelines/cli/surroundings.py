"""What to say of an error of the operating system that no command expected."""

import errno
import os
import re
import shlex
from typing import Final

OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
"""As Rust ends the message of such an error: polars hands them on as errors of its own."""

FIXES: Final = {
    errno.ENOSPC: "Make room on that disk, then run the same command again.",
    errno.EDQUOT: "Make room within your quota, then run the same command again.",
    errno.EFBIG: "Raise the limit for the size of a file: ulimit -f unlimited",
    errno.EMFILE: "Raise the limit of open files, then run the same command again: ulimit -n 4096",
    errno.ENFILE: "Too many files are open on this machine; end other programs, then try again.",
    errno.ENOMEM: "End other programs or use fewer workers, then run the same command again.",
    errno.EROFS: "Name a folder on a disk that can be written to.",
    errno.ENOENT: "It is not there, or was removed meanwhile; look at: ls {folder}",
    errno.EACCES: "See who may read and write it: ls -ld {path}",
    errno.EPERM: "See who may read and write it: ls -ld {path}",
    errno.ENOTDIR: "A part of that path is a file; look at: ls -ld {folder}",
    errno.EISDIR: "It is a folder where a file belongs; look at: ls -ld {path}",
    errno.ENAMETOOLONG: "Name a shorter path.",
    errno.EIO: "The disk may be broken; see what the system says: dmesg | tail",
}


def explained_surroundings(error: Exception) -> str | None:
    """Return what happened, where and what mends it; None where the system is not at fault."""
    if isinstance(error, MemoryError):
        return f"out of memory\n{FIXES[errno.ENOMEM]}"
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (told := OS_ERROR.search(str(error))):
        number = int(told[1])
    if number is None and not isinstance(error, OSError):
        return None
    path = _path(error)
    what = _what(error, number)
    fix = FIXES.get(number) if number is not None else None
    if fix is not None and ("{" not in fix or path):
        folder = os.path.dirname(path) or "."
        fix = fix.format(path=shlex.quote(path), folder=shlex.quote(folder))
    else:
        fix = "--debug shows where."
    return f"{path}: {what}\n{fix}" if path else f"{what}\n{fix}"


def _path(error: Exception) -> str:
    name = getattr(error, "filename", None)
    other = getattr(error, "filename2", None)
    if isinstance(name, int) or not name:
        return ""
    return os.fsdecode(name) if not other else f"{os.fsdecode(name)} -> {os.fsdecode(other)}"


def _what(error: Exception, number: int | None) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or (os.strerror(number) if number is not None else type(error).__name__)
