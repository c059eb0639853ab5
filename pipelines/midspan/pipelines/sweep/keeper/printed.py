"""What a program printed, within bounds: its beginning and its end."""

from pathlib import Path
from typing import Final

LOG_HEAD: Final = 64 * 1024
LOG_TAIL: Final = 256 * 1024
STDOUT_HEAD: Final = 4 * 2**20
STDOUT_TAIL: Final = 4 * 2**20


class Printed:
    """A file that takes any amount and keeps the first and the last bytes of it."""

    def __init__(self, path: Path, *, head: int = LOG_HEAD, tail: int = LOG_TAIL) -> None:
        """Begin the file; a pipe or a link that somebody has put in its place is removed."""
        path.unlink(missing_ok=True)
        self._file = path.open("xb", buffering=0)
        self._head_left = head
        self._tail_size = tail
        self._tail = bytearray()
        self._left_out = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes; the beginning is in the file at once, for whoever follows it."""
        if self._head_left:
            self._file.write(data[: self._head_left])
            data, self._head_left = data[self._head_left :], max(0, self._head_left - len(data))
        self._tail += data
        # Not byte by byte: to cut the front off moves all of the rest.
        if len(self._tail) > 2 * self._tail_size:
            self._shorten()

    def close(self) -> None:
        """Write the end, after a line that says how much is missing."""
        self._shorten()
        if self._left_out:
            self._file.write(b"\n[... %d bytes left out ...]\n" % self._left_out)
        self._file.write(self._tail)
        self._file.close()

    def _shorten(self) -> None:
        spare = len(self._tail) - self._tail_size
        if spare > 0:
            del self._tail[:spare]
            self._left_out += spare
