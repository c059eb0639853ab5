"""How the processes of a command tell `midspan trace` what they could not write."""

import os
import stat
from contextlib import suppress
from typing import Self

from midspan.instrumentation.report import SpoolReport


class Reports:
    """A pipe that processes of a command may write to, and that nobody waits for."""

    def __init__(self) -> None:
        """Open it."""
        self._reading, self.writing = os.pipe()
        # A process that would have to wait says nothing.
        os.set_blocking(self._reading, False)
        os.set_blocking(self.writing, False)

    def name(self) -> str:
        """Return what tells a process which pipe it is."""
        return f"{self.writing}:{_identity(self.writing)}"

    def lost(self) -> int:
        """Return how many spans were lost, by all that was told so far."""
        told = b""
        with suppress(BlockingIOError):
            told = os.read(self._reading, 2**20)
        lines = [line.split() for line in told.splitlines()]
        return sum(int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit())

    def __enter__(self) -> Self:
        """Return the pipe."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        os.close(self._reading)
        os.close(self.writing)


def tell(pipe: str, report: SpoolReport) -> None:
    """Write a report into a pipe, where it is the one that its name says.

    A descriptor that was not handed down may by now be a file of the program: it is let alone.
    """
    number, _, identity = pipe.partition(":")
    with suppress(OSError, ValueError):
        if _identity(int(number)) == identity:
            os.write(int(number), f"{report.written} {report.lost}\n".encode())


def _identity(descriptor: int) -> str:
    status = os.fstat(descriptor)
    return f"{status.st_dev}:{status.st_ino}" if stat.S_ISFIFO(status.st_mode) else ""
