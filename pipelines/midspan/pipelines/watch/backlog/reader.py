"""Reads a backlog beside its writer: headers in order, payloads where they are asked for."""

import os
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from midspan.pipelines.watch.backlog.entry import (
    PREFIX,
    Damaged,
    Header,
    header_of,
    payload_of,
    sizes_of,
)
from midspan.pipelines.watch.backlog.segments import Position, segment_numbers, segment_path

OPEN_SEGMENTS: Final = 16
LONGEST_HEADER: Final = 2**20


class Located(NamedTuple):
    """A header, where its entry begins, and how long that is on disk."""

    position: Position
    header: Header
    size: int


class BacklogReader:
    """Reads the segments of one directory; one for each thread."""

    def __init__(self, directory: Path) -> None:
        """Read a directory, which need not be there yet."""
        self._directory = directory
        self._files: OrderedDict[int, BinaryIO] = OrderedDict()
        weakref.finalize(self, _close, self._files)

    def headers(self, after: Position | None = None) -> Iterator[Located]:
        """Yield what stands behind a position, up to the last entry that is whole by now.

        A torn end, as a killed writer leaves it, is passed over once there is a segment behind it.
        """
        numbers = segment_numbers(self._directory)
        for number in numbers:
            if after is not None and number < after.segment:
                continue
            try:
                start = 0
                if after is not None and number == after.segment:
                    start = _end_of(self._opened(number), after.offset)
                yield from self._of_segment(number, start)
            except FileNotFoundError:  # removed meanwhile: everybody is done with it
                continue

    def payload(self, position: Position) -> bytes:
        """Return the payload of an entry; `Damaged` if it is not what was written."""
        file = self._opened(position.segment)
        file.seek(position.offset)
        header_size, size, checksum = sizes_of(file.read(PREFIX))
        header, payload = file.read(header_size), file.read(size)
        if len(payload) < size:
            raise Damaged(f"the entry at {position} is cut off")
        return payload_of(header, payload, checksum)

    def close(self) -> None:
        """Close the files."""
        _close(self._files)

    def _of_segment(self, number: int, start: int) -> Iterator[Located]:
        end = os.fstat(self._opened(number).fileno()).st_size
        while start + PREFIX <= end:
            file = self._opened(number)  # payloads may have been read between two headers
            file.seek(start)
            header_size, payload_size, _ = sizes_of(file.read(PREFIX))
            size = PREFIX + header_size + payload_size
            if start + size > end or not 0 < header_size <= LONGEST_HEADER:
                return
            try:
                header = header_of(file.read(header_size))
            except Damaged:  # zeros of a lost page, behind which nothing can be told apart
                return
            yield Located(Position(number, start), header, size)
            start += size

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
    header_size, payload_size, _ = sizes_of(file.read(PREFIX).ljust(PREFIX, b"\0"))
    return offset + PREFIX + header_size + payload_size


def _close(files: OrderedDict[int, BinaryIO]) -> None:
    while files:
        files.popitem()[1].close()
