"""Keeps what a process knows from other programs of the same user, where the system can."""

import ctypes
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def keep_to_itself() -> bool:
    """Return whether `/proc/<pid>` of this process is closed to other programs of its user.

    Linux gives environment, descriptors and memory of a process to whoever runs as the same user,
    unless the process says otherwise. Root reads them all the same. Elsewhere nothing changes.
    """
    if sys.platform != "linux":
        return False
    try:
        failed = ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    except (OSError, AttributeError):
        return False
    return not failed


def read_descriptor(path: str) -> bytes | None:
    """Return all that `/dev/fd/N` gives, and close it; None for any other path.

    Not opened by its path: that is refused for a socket, which nobody else can open by it either.

    >>> import os
    >>> reading, writing = os.pipe()
    >>> _ = os.write(writing, b"secret"), os.close(writing)
    >>> read_descriptor(f"/dev/fd/{reading}")
    b'secret'
    """
    folder, _, number = path.rpartition("/")
    if folder not in ("/dev/fd", "/proc/self/fd") or not number.isdecimal():
        return None
    with open(int(number), "rb") as given:
        return given.read()
