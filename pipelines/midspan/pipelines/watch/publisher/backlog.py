"""Scored batches that wait on disk to be published, and how far each server has come."""

import hashlib
import os
import shutil
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.publish.target import Target
from midspan.pipelines.storage.disk import explained

BATCHES: Final = "batches"
MARKS: Final = "marks"
TABLES: Final = "ws"
"""The workspace within a batch."""

_GONE: Final = ".gone-"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The last batch that a server has."""

    server: str
    url: str
    done: int


class Batches:
    """The batches of a watch, by number; each one appears whole."""

    def __init__(self, state: Path) -> None:
        """Know where they lie."""
        self.folder = state / BATCHES

    def waiting(self, after: int = -1) -> list[int]:
        """Return the numbers of the batches that are there, in order."""
        try:
            with explained(self.folder):
                names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        return sorted(number for name in names if name.isdecimal() if (number := int(name)) > after)

    def path(self, number: int) -> Path:
        """Return where a batch lies."""
        return self.folder / f"{number:06d}"

    def remove(self, number: int) -> None:
        """Take a batch away: all of it at once, whatever comes in between."""
        gone = self.folder / f"{_GONE}{number:06d}"
        with explained(gone):
            if self.path(number).exists():
                shutil.rmtree(gone, ignore_errors=True)
                self.path(number).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def clear_removed(self) -> None:
        """Take away what was being removed when a publisher was killed."""
        if self.folder.is_dir():
            for gone in self.folder.glob(f"{_GONE}*"):
                shutil.rmtree(gone, ignore_errors=True)

    def size(self, number: int) -> int:
        """Return how many bytes a batch takes."""
        folder = self.path(number)
        try:
            return _size(str(folder), folder.stat().st_mtime_ns)
        except FileNotFoundError:  # Removed meanwhile.
            return 0


class Marks:
    """How far one server has come; kept on disk, one file a server."""

    def __init__(self, state: Path, target: Target) -> None:
        """Read how far it had come."""
        self._target = target
        url = target.url.rstrip("/")
        name = hashlib.blake2b(url.encode(), digest_size=8).hexdigest()
        self.path = state / MARKS / f"publish-{target.server}-{name}.json"
        self.done = self._read()

    def set(self, number: int) -> None:
        """Note that the server has a batch, and all before it."""
        mark = Mark(server=self._target.server, url=self._target.url.rstrip("/"), done=number)
        unfinished = self.path.with_name(f"{self.path.name}.part")
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(msgspec.json.encode(mark))
            unfinished.replace(self.path)
        self.done = number

    def _read(self) -> int:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Mark).done
        except (FileNotFoundError, msgspec.DecodeError):
            return -1  # To publish a batch twice changes nothing.


def waiting_bytes(state: Path) -> int:
    """Return how many bytes of scored batches wait on disk for a server."""
    batches = Batches(state)
    return sum(batches.size(number) for number in batches.waiting())


@lru_cache(maxsize=100_000)
def _size(folder: str, _changed: int) -> int:
    """Return how many bytes a folder takes that was moved into place whole, and does not change."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # Removed meanwhile.
                total += os.stat(os.path.join(where, name)).st_size
    return total
