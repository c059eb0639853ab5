"""Who may write a workspace, and who reads it meanwhile: locks that end with their process."""

import errno
import fcntl
import os
import socket
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import polars as pl

from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import SurroundingsError

WRITER: Final = ".lock"
PUBLISHER: Final = ".publishing"
READERS_GIVEN: Final = 2.0
"""Seconds that a writer waits for readers to finish before it leaves superseded files in place."""

READERS_PASSED: Final = 0.05
"""Seconds that it waits where no file is superseded: for those who are just finding their files."""

WRITERS_GIVEN: Final = 30.0
"""Seconds that a writer waits for another one before it gives up."""

NOTED_AFTER: Final = 2.0
"""Seconds after which it says what it waits for."""

WRITER_GIVEN: Final = 30.0
"""Seconds that a reader waits for files to be moved in, which takes far less than one."""

_PAUSE: Final = 0.005
_HOLDER_BYTES: Final = 300
UNLOCKED: Final = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
"""What a file system without locks says."""


@contextmanager
def only_writer(workspace: Path, *, seconds: float | None = None) -> Iterator[None]:
    """Hold a workspace for one writer; a second one waits, for `WRITERS_GIVEN` unless told."""
    given = WRITERS_GIVEN if seconds is None else seconds
    lock = _opened(workspace / WRITER)
    try:
        with explained(workspace / WRITER):
            unsaid = min(given, NOTED_AFTER)
            taken = _taken(lock, fcntl.LOCK_EX, seconds=unsaid)
            if not taken and given > unsaid:
                click.echo(
                    f"{workspace}: another midspan command is writing here; "
                    f"waiting for it, {given:.0f} s at most",
                    err=True,
                )
                taken = _taken(lock, fcntl.LOCK_EX, seconds=given - unsaid)
        if not taken:
            raise SurroundingsError(
                f"{workspace}: another midspan command is writing here",
                fix="Wait until it is done, then run this again.",
            )
        yield
    finally:
        os.close(lock)


@contextmanager
def only_publisher(workspace: Path) -> Iterator[None]:
    """Hold a workspace for one that publishes it; a second is refused at once, and told by whom.

    Reading and writing of it go on meanwhile.
    """
    lock = _opened(workspace / PUBLISHER)
    try:
        with explained(workspace / PUBLISHER):
            taken = _taken_if_there_are_locks(lock, fcntl.LOCK_EX, seconds=0)
        if not taken:
            holder = os.pread(lock, _HOLDER_BYTES, 0).decode(errors="replace").strip()
            raise SurroundingsError(
                f"{workspace}: {holder or 'another midspan command'} is publishing it",
                fix="Wait until it is done, then run this again.",
            )
        with explained(workspace / PUBLISHER):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


class Reading:
    """Keeps the files of a workspace in place for as long as a frame over them lives."""

    def __init__(self, settings: Path) -> None:
        """Begin to read; while files are being moved in, that waits."""
        with explained(settings):
            lock = os.open(settings, os.O_RDONLY | os.O_CLOEXEC)
        self._end = weakref.finalize(self, os.close, lock)
        if not _taken_if_there_are_locks(lock, fcntl.LOCK_SH, seconds=WRITER_GIVEN):
            raise SurroundingsError(
                f"{settings.parent}: another midspan command is moving files in, and does not end",
                fix="Wait until it is done, or end it, then run this again.",
            )

    def during(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the frame, which now keeps this alive, as does whatever is made of it."""
        return frame.map_batches(
            self._unchanged,
            predicate_pushdown=True,
            projection_pushdown=True,
            slice_pushdown=True,
            validate_output_schema=False,
            streamable=True,
        )

    def _unchanged(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame


@contextmanager
def readers_kept_out(settings: Path, *, seconds: float = READERS_GIVEN) -> Iterator[bool]:
    """Keep new readers waiting, and give whether all earlier ones are done within so long."""
    with explained(settings):
        lock = os.open(settings, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield _taken_if_there_are_locks(lock, fcntl.LOCK_EX, seconds=seconds)
    finally:
        os.close(lock)


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with explained(path):
        return os.open(path, flags, 0o666)


def _taken(lock: int, kind: int, *, seconds: float = 0) -> bool:
    """Return whether a lock was had in time."""
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _taken_if_there_are_locks(lock: int, kind: int, *, seconds: float) -> bool:
    """Return whether a lock was had in time; some file systems have none, and can be read."""
    try:
        return _taken(lock, kind, seconds=seconds)
    except OSError as error:
        if error.errno in UNLOCKED:
            return True
        raise
