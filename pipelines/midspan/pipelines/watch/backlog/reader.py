"""Reads a backlog beside its writer: headers in order, payloads where they are asked for."""

import os
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from midspan.pipelines.watch.backlog.damage import Damage, is_torn, is_whole, next_whole
from midspan.pipelines.watch.backlog.entry import (
    PREFIX,
    Damaged,
    Header,
    Prefix,
    header_of,
    payload_of,
    prefix_of,
)
from midspan.pipelines.watch.backlog.segments import Position, segment_numbers, segment_path

OPEN_SEGMENTS: Final = 16


class Located(NamedTuple):
    """A header, where its entry begins, and how long that is on disk."""

    position: Position
    header: Header
    size: int


class BacklogReader:
    """Reads the segments of one directory; one for each thread."""

    def __init__(
        self, directory: Path, *, on_damage: Callable[[Damage], None] = lambda damage: None
    ) -> None:
        """Read a directory, which need not be there yet; be told what is passed over."""
        self._directory, self._on_damage = directory, on_damage
        self._files: OrderedDict[int, BinaryIO] = OrderedDict()
        self._nothing_in: Damage | None = None
        """Where no entry was found, for as long as nothing more is written behind it."""
        weakref.finalize(self, _close, self._files)

    def headers(self, after: Position | None = None) -> Iterator[Located]:
        """Yield what stands behind a position, up to the last entry that is whole by now.

        What is damaged is passed over, up to the next whole entry; a torn end, as a killed writer
        leaves it, once there is a segment behind it.
        """
        numbers = segment_numbers(self._directory)
        for number in numbers:
            if after is not None and number < after.segment:
                continue
            last = after.offset if after is not None and number == after.segment else None
            try:
                yield from self._of_segment(number, last, is_newest=number == numbers[-1])
            except FileNotFoundError:  # removed meanwhile: everybody is done with it
                continue

    def header(self, position: Position) -> Header:
        """Return the header of an entry; `Damaged` if it is not what was written."""
        file, prefix = self._at(position)
        return header_of(prefix, file.read(prefix.header_size))

    def payload(self, position: Position) -> bytes:
        """Return the payload of an entry; `Damaged` if it is not what was written."""
        file, prefix = self._at(position)
        file.seek(prefix.header_size, os.SEEK_CUR)
        return payload_of(prefix, file.read(prefix.payload_size))

    def close(self) -> None:
        """Close the files."""
        _close(self._files)

    def _of_segment(self, number: int, last: int | None, *, is_newest: bool) -> Iterator[Located]:
        """Yield what stands behind the entry at `last`."""
        file = self._opened(number)
        end = os.fstat(file.fileno()).st_size
        start = 0 if last is None else _end_of(file, last)
        while start < end:
            file = self._opened(number)  # payloads may have been read between two headers
            file.seek(start)
            prefix = prefix_of(file.read(PREFIX))
            if prefix is not None:
                size = PREFIX + prefix.header_size + prefix.payload_size
                if start + size <= end:
                    try:
                        header = header_of(prefix, file.read(prefix.header_size))
                    except Damaged:
                        pass
                    else:
                        yield Located(Position(number, start), header, size)
                        last, start = start, start + size
                        continue
                elif is_newest:  # it is being written
                    return
            found = self._behind(Damage(number, start, end), last, is_newest=is_newest)
            if found is None:
                return
            last, start = None, found

    def _behind(self, place: Damage, last: int | None, *, is_newest: bool) -> int | None:
        """Return where the next whole entry begins behind a place where none does."""
        if is_newest and place == self._nothing_in:
            return None
        file, start = self._opened(place.segment), place.start
        if last is not None and not is_whole(file, last):
            start = last + 1  # bytes of it are missing: what follows may lie within
        found = next_whole(file, start, place.end)
        if found is not None:
            self._on_damage(place._replace(start=start, end=found))
        elif is_newest:
            self._nothing_in = place
        elif not is_torn(file, place.start, place.end):
            self._on_damage(place)
        return found

    def _at(self, position: Position) -> tuple[BinaryIO, Prefix]:
        """Return the file of an entry, behind its prefix, and that."""
        file = self._opened(position.segment)
        file.seek(position.offset)
        prefix = prefix_of(file.read(PREFIX))
        if prefix is None:
            raise Damaged(f"no entry begins at {position}")
        return file, prefix

    def _opened(self, number: int) -> BinaryIO:
        file = self._files.get(number)
        if file is None:
            while len(self._files) >= OPEN_SEGMENTS:
                self._files.popitem(last=False)[1].close()
            file = self._files[number] = segment_path(self._directory, number).open("rb")
        self._files.move_to_end(number)
        return file


def _end_of(file: BinaryIO, offset: int) -> int:
    file.seek(offset)
    prefix = prefix_of(file.read(PREFIX))
    return offset + (PREFIX + prefix.header_size + prefix.payload_size if prefix else 1)


def _close(files: OrderedDict[int, BinaryIO]) -> None:
    while files:
        files.popitem()[1].close()
