"""What to say of an error of the operating system that no command expected."""

import errno
import os
import re
from typing import Final

from midspan.pipelines.storage import disk

OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
"""As Rust ends the message of such an error: polars hands them on as errors of its own."""

FIXES: Final = {
    **disk.FIXES,
    errno.ENOMEM: "End other programs or use fewer workers, then run the same command again.",
    errno.ENOENT: "It is not there, or was removed meanwhile; look at: ls {folder}",
    errno.ENAMETOOLONG: "Name a shorter path.",
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
        fix = disk.with_path(fix, path)
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
