"""One spool file while it is written: whole lines only, `.part` until it is closed."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, Literal, Self

Sync = Literal["never", "close", "always"]
"""When a file is forced to the disk: left to the system, when it is closed, with each line."""

SUFFIX: Final = ".otlp.jsonl"
PART: Final = ".part"
CLOSED: Final = -1


class Segment:
    """An open file that nobody else writes to."""

    def __init__(self, path: Path, descriptor: int, sync: Sync = "never") -> None:
        """Take over an open descriptor of `path` with `.part` behind it."""
        self.path = path
        self.size = 0
        self._sync = sync
        self._descriptor = descriptor

    @classmethod
    def create(cls, directory: Path, stem: str, sync: Sync = "never") -> Self:
        """Return the first segment of a run that does not exist yet, in whatever process."""
        # Whole prompts stand in it: nobody else's to read, unless somebody made it so.
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in count():
            path = directory / (f"{stem}.{number:03}{SUFFIX}" if number else stem + SUFFIX)
            if path.exists():
                continue
            part = _part(path)
            try:
                descriptor = os.open(
                    part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600
                )
            except FileExistsError:
                continue
            if path.exists():
                # Another process closed this segment between the two looks: its file is not ours.
                os.close(descriptor)
                part.unlink()
                continue
            return cls(path, descriptor, sync)
        raise AssertionError("count() does not end")

    def write(self, line: bytes) -> None:
        """Append one whole line, or leave the file as it was and raise."""
        done = 0
        try:
            while done < len(line):
                done += os.write(self._descriptor, line[done:] if done else line)
            if self._sync == "always":
                os.fsync(self._descriptor)
        except BaseException:
            # Not `if done`: a signal handler may raise after a write and before it is counted.
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size += done

    def close(self) -> None:
        """Close the file and give it its final name."""
        if self._descriptor != CLOSED:
            descriptor, self._descriptor = self._descriptor, CLOSED
            try:
                if self._sync != "never":
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        try:
            _part(self.path).rename(self.path)
            if self._sync != "never":
                _sync_directory(self.path.parent)
        except FileNotFoundError:
            # A signal handler may have raised after the file had its name: then it is done.
            if not self.path.exists():
                raise

    def abandon(self) -> None:
        """Close the descriptor only: the file belongs to another process."""
        with suppress(OSError):
            os.close(self._descriptor)


def _sync_directory(directory: Path) -> None:
    """Force the name of a file to the disk, which its directory holds."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _part(path: Path) -> Path:
    return path.with_name(path.name + PART)
