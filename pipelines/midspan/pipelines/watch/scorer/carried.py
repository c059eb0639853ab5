"""Entries that wait for long are set down again, so that the segments they came in can go.

The copies lie in a backlog of their own. Waiting entries have numbers, lower for those in copies.
"""

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from midspan.pipelines.watch.backlog import (
    BacklogReader,
    BacklogWriter,
    Entry,
    Header,
    Marks,
    Position,
    backlog_bytes,
    remove_segments,
    segment_numbers,
)
from midspan.pipelines.watch.backlog.damage import Damage, note
from midspan.pipelines.watch.backlog.entry import Damaged
from midspan.pipelines.watch.backlog.segments import segment_path
from midspan.pipelines.watch.figures import Figures

BEHIND: Final = 4
"""Segments behind the newest one, from which on entries are set down again."""

_OFFSET_BITS: Final = 40
_BACKLOG: Final = 1 << 80
"""The numbers of entries as they were accepted begin here; below are those of copies."""

COPIES: Final = range(_BACKLOG)
ACCEPTED: Final = range(_BACKLOG, 1 << 81)


def number_of(position: Position, *, copied: bool = False) -> int:
    """Return the number of an entry; numbers grow with positions."""
    number = (position.segment << _OFFSET_BITS) + position.offset
    return number if copied else number + _BACKLOG


def position_of(number: int) -> Position:
    """Return the position of an entry, in its own log."""
    within = number % _BACKLOG
    return Position(within >> _OFFSET_BITS, within & ((1 << _OFFSET_BITS) - 1))


class Log:
    """One backlog as the scorer reads it: what is not marked as done, with its number."""

    def __init__(self, directory: Path, marks: Path, *, copied: bool, figures: Figures) -> None:
        """Read what is left of a directory, and count what is damaged there."""
        self.directory, self._figures = directory, figures
        self.marks = Marks(marks)
        self._copied = copied
        self._reader = BacklogReader(directory, on_damage=self._damaged)
        self._read_to = self.marks.cursor
        self._read: deque[Position] = deque()
        """What was read and may not be done, in order."""

    @property
    def numbers(self) -> range:
        """Return the numbers that entries of it have."""
        return COPIES if self._copied else ACCEPTED

    def new(self) -> Iterator[tuple[int, Header]]:
        """Yield what has come since it was last asked for."""
        for found in self._reader.headers(after=self._read_to):
            self._read_to = found.position
            self._read.append(found.position)
            if not self.marks.is_done(found.position):
                yield number_of(found.position, copied=self._copied), found.header

    def done(self, numbers: Iterable[int], lowest: int | None) -> None:
        """Mark entries as done; `lowest` is the lowest number of those that are not."""
        self.marks.done([position_of(n) for n in numbers if n in self.numbers])
        cursor = None
        needed = position_of(lowest) if lowest is not None else None
        while self._read and (needed is None or self._read[0] < needed):
            cursor = self._read.popleft()
        if cursor is not None:
            self.marks.advance(cursor)

    def old(self) -> int | None:
        """Return the number below which entries are old: they keep a segment that could go."""
        newest = (segment_numbers(self.directory) or [0])[-1]
        if newest <= BEHIND:
            return None
        return number_of(Position(newest - BEHIND, 0), copied=self._copied)

    def entries(self, numbers: set[int]) -> Iterator[tuple[int, Entry]]:
        """Yield entries by their numbers, in order."""
        reader = BacklogReader(self.directory)
        last = max(numbers)
        for found in reader.headers():
            number = number_of(found.position, copied=self._copied)
            if number in numbers:
                with contextlib.suppress(Damaged):  # it is told when its run is scored
                    payload = reader.payload(found.position)
                    yield number, Entry(header=found.header, payload=payload)
            if number >= last:
                break
        reader.close()

    def _damaged(self, damage: Damage) -> None:
        if note(self.directory, damage):
            self._figures.count("backlog_damaged_bytes", damage.size)
            click.echo(
                f"{segment_path(self.directory, damage.segment)}: {damage.size:,} bytes from"
                f" {damage.start} on are damaged, and passed over; the file is kept",
                err=True,
            )


class Carried(Log):
    """The copies, which the scorer alone writes."""

    def __init__(
        self, directory: Path, marks: Path, *, segment_bytes: int, figures: Figures
    ) -> None:
        """Go on with the copies of a directory."""
        super().__init__(directory, marks, copied=True, figures=figures)
        begin_after = self.marks.cursor.segment if self.marks.cursor else 0
        self._writer = BacklogWriter(
            directory,
            segment_bytes=segment_bytes,
            begin_after=begin_after,
            count=figures.count,
        )

    @property
    def size(self) -> int:
        """Return how many bytes of copies there are."""
        return backlog_bytes(self.directory)

    def put(self, entries: Iterable[tuple[int, Entry]]) -> dict[int, int]:
        """Return the numbers of copies, by those of what was copied."""
        moved: dict[int, int] = {}
        for number, entry in entries:
            position = self._writer.append([entry])
            assert position is not None
            moved[number] = number_of(position, copied=True)
            self._read_to = position  # it is known: nobody else writes here
            self._read.append(position)
        return moved

    def clear(self) -> None:
        """Delete segments that nothing is left of."""
        remove_segments(self.directory, [self.marks.cursor])

    def close(self) -> None:
        """Have the disk keep what was written."""
        self._writer.close()


def header(number: int, backlog: Path, carried: Path) -> Header:
    """Return the header of an entry; `Damaged` if it is not what was written."""
    reader = BacklogReader(carried if number in COPIES else backlog)
    try:
        return reader.header(position_of(number))
    finally:
        reader.close()


def payloads(numbers: Iterable[int], backlog: Path, carried: Path) -> Iterator[bytes]:
    """Yield the payloads of entries."""
    accepted, copies = BacklogReader(backlog), BacklogReader(carried)
    for number in numbers:
        reader = copies if number in COPIES else accepted
        yield reader.payload(position_of(number))
    accepted.close()
    copies.close()
