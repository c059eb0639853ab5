"""Appends entries to a backlog; whoever has the position back may say that they are safe."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from midspan.pipelines.watch.backlog.entry import Entry, packed
from midspan.pipelines.watch.backlog.segments import (
    SEGMENT_BYTES,
    Position,
    segment_numbers,
    segment_path,
)

SYNC_SECONDS: Final = 1.0


class BacklogWriter:
    """The one writer of a directory of segments; may be used from several threads.

    What `append` has returned outlives the process. A thread asks the disk to keep it once a
    second, so a loss of power costs what came in during the last one.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        begin_after: int = 0,
        sync_seconds: float = SYNC_SECONDS,
        count: Callable[[str, float], None] = lambda name, by: None,
    ) -> None:
        """Begin behind all that is there: the end of an older segment may be torn.

        `begin_after` is the newest segment that a consumer has marks of: its numbers would be
        taken for done if somebody deleted the segments and they began at 1 again. `count` is told
        what somebody deleted.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._segment_bytes = directory, segment_bytes
        self._number = max([begin_after, *segment_numbers(directory)])
        self._file: int | None = None
        self._size = self._spans = 0
        self._count = count
        self._unsynced = False
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._syncing = threading.Thread(
            target=self._sync_regularly, args=(sync_seconds,), name="backlog-sync", daemon=True
        )
        self._syncing.start()

    def __enter__(self) -> "BacklogWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, entries: Sequence[Entry]) -> Position | None:
        """Write entries, all or none, and return where the last begins; None if there are none.

        An `OSError` says that none of them was taken.
        """
        if not entries:
            return None
        pieces = [packed(entry) for entry in entries]
        with self._lock:
            file = self._opened()
            begins = self._size
            try:
                _write(file, b"".join(piece for entry in pieces for piece in entry))
            except OSError:
                self._give_up()
                raise
            sizes = [sum(map(len, entry)) for entry in pieces]
            self._size = begins + sum(sizes)
            self._spans += sum(entry.header.spans for entry in entries)
            self._unsynced = True
            return Position(self._number, self._size - sizes[-1])

    def sync(self) -> None:
        """Have the disk keep what was written, and leave a file that somebody deleted."""
        with self._lock:
            if self._file is not None and self._is_deleted(self._file):
                self._lose()
            file = os.dup(self._file) if self._unsynced and self._file is not None else None
            self._unsynced = False
        if file is not None:
            try:
                os.fdatasync(file) if hasattr(os, "fdatasync") else os.fsync(file)
            finally:
                os.close(file)

    def close(self) -> None:
        """Have all kept, and end."""
        self._closing.set()
        self._syncing.join()
        self.sync()
        with self._lock:
            self._end_segment()

    def _opened(self) -> int:
        if self._file is not None and self._size >= self._segment_bytes:
            os.fsync(self._file)
            if self._is_deleted(self._file):
                self._lose()
            self._end_segment()
        if self._file is None:
            number = self._number + 1
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(segment_path(self._directory, number), flags, 0o600)
            self._number, self._size, self._spans = number, 0, 0
        return self._file

    def _give_up(self) -> None:
        """Leave a segment whose end did not fit; readers pass over what is torn there.

        It is not cut off: a reader may have seen entries that are whole. Their sender sends them
        again, and twice the same span is one.
        """
        if self._file is not None and os.fstat(self._file).st_size == 0:
            segment_path(self._directory, self._number).unlink(missing_ok=True)
        self._end_segment()

    def _is_deleted(self, file: int) -> bool:
        """Return whether readers find another file than this one, or none."""
        try:
            return not os.path.samestat(
                os.fstat(file), segment_path(self._directory, self._number).stat()
            )
        except FileNotFoundError:
            return True

    def _lose(self) -> None:
        """Say what nobody can read any more; the next append begins a segment, or is refused."""
        self._end_segment()
        self._unsynced = False
        self._count("backlog_deleted_bytes", self._size)
        self._count("backlog_deleted_spans", self._spans)
        path = segment_path(self._directory, self._number)
        click.echo(
            f"{path} was deleted while it was written: what was not read of its {self._spans} spans"
            " is lost",
            err=True,
        )

    def _end_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _sync_regularly(self, seconds: float) -> None:
        while not self._closing.wait(seconds):
            try:
                self.sync()
            except OSError:  # the next append says so to a sender
                continue


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
