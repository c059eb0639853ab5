"""Reads files that an agent may have put in the place of others."""

import os
import stat
from pathlib import Path
from typing import Final

LONGEST: Final = 4 * 2**20


def text_of(path: Path, *, longest: int = LONGEST) -> str | None:
    """Return the text of a plain file, its beginning where it is too long; None for anything else.

    A link is not followed, and a pipe that nobody writes to is not waited for.
    """
    return _read(path, longest, from_end=False)


def end_of(path: Path, *, longest: int = LONGEST) -> str | None:
    """Return the same, of a file that is too long its end."""
    return _read(path, longest, from_end=True)


def _read(path: Path, longest: int, *, from_end: bool) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        if from_end:
            file.seek(max(0, status.st_size - longest))
        return file.read(longest).decode(errors="replace")


def size_of(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def text_inside(directory: Path, path: str) -> str | None:
    """Return the text of a file below a directory; None where its path leads out of it."""
    file = (directory / path).resolve()
    return text_of(file) if file.is_relative_to(directory.resolve()) else None


def last_line(text: str | None) -> str | None:
    """Return the last line of a text that is not blank."""
    # Not `splitlines`: what Unicode calls the end of a line may stand within one of JSON.
    lines = (text or "").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), None)


def tail_of(path: Path, *, longest: int = 400) -> str:
    """Return the end of a file on one line, for a message."""
    return " ".join((end_of(path, longest=longest) or "").split())
