"""What one consumer of a backlog is done with: a file of marks, which outlives its process."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.watch.backlog.segments import Position

REWRITTEN_AFTER: Final = 1000
"""Lines, before the file is written anew with what still says something."""


class _Line(msgspec.Struct, omit_defaults=True):
    cursor: Position | None = None
    done: list[Position] = []


_LINE: Final = msgspec.json.Decoder(_Line)


class Marks:
    """Positions that are done: all up to a cursor, and single ones behind it.

    What `done` and `advance` have returned outlives the process; a loss of power may cost the last
    of them, so that a consumer does the same again.
    """

    def __init__(self, file: Path) -> None:
        """Read the marks of a file, or begin one; a line that was torn says nothing."""
        self._path = file
        self.cursor, self._done, self._lines = _read(file)
        self._is_begun = False

    def is_done(self, position: Position) -> bool:
        """Return whether there is nothing left to do for an entry."""
        return (self.cursor is not None and position <= self.cursor) or position in self._done

    def done(self, positions: Iterable[Position]) -> None:
        """Remember that entries are done with."""
        new = [position for position in positions if not self.is_done(position)]
        if new:
            self._done.update(new)
            self._append(_Line(done=new))

    def advance(self, cursor: Position) -> None:
        """Remember that all entries up to and with this one are done with."""
        if self.cursor is not None and cursor <= self.cursor:
            return
        self.cursor = cursor
        self._done = {position for position in self._done if position > cursor}
        self._append(_Line(cursor=cursor))

    def _append(self, line: _Line) -> None:
        if not self._is_begun or self._lines >= REWRITTEN_AFTER:
            self._write_anew()
            return
        try:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
        except OSError:
            self._is_begun = False  # what was torn must not be gone on with
            raise
        self._lines += 1

    def _write_anew(self) -> None:
        """Write what holds now in place of all lines; also behind a line that was torn."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(f"{self._path.name}.part")
        with unfinished.open("wb") as file:
            line = _Line(cursor=self.cursor, done=sorted(self._done))
            file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        self._is_begun, self._lines = True, 1


def cursor_of(file: Path) -> Position | None:
    """Return up to where the consumer of a file is done; None if it has not begun."""
    return _read(file)[0]


def _read(file: Path) -> tuple[Position | None, set[Position], int]:
    cursor: Position | None = None
    done: set[Position] = set()
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return None, done, 0
    for text in lines:
        try:
            line = _LINE.decode(text)
        except msgspec.MsgspecError:
            continue
        if line.cursor is not None and (cursor is None or line.cursor > cursor):
            cursor = line.cursor
        done.update(line.done)
    return cursor, {each for each in done if cursor is None or each > cursor}, len(lines)
