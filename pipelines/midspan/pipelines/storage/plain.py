"""Opens files that anybody may have put in the place of others: nothing is waited for."""

import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotPlainError(OSError):
    """Something that is no plain file: a pipe, a device, a folder."""


def open_plain(path: Path) -> BinaryIO:
    """Return a plain file, open for reading; what is none is a `NotPlainError`."""
    # Without O_NONBLOCK, a pipe that nobody writes to would be waited for, and for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotPlainError(f"{path} is no plain file")
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def append_plain(path: Path, data: bytes) -> None:
    """Append to a plain file, which is made if need be; an `OSError` for anything else."""
    way = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, way, 0o666), "ab") as file:
        file.write(data)
