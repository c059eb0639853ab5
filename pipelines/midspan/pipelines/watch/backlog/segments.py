"""The files of a backlog: numbered from 1, appended to in order, removed from the front."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from midspan.pipelines.watch.backlog.damage import note_path

ENDING: Final = ".wal"
KEPT: Final = ".wal.damaged"
"""Ending of a segment that was damaged: nothing reads it any more, and it is not deleted."""

SEGMENT_BYTES: Final = 64 * 2**20


class Position(NamedTuple):
    """Where an entry begins; the order of positions is that in which entries were accepted."""

    segment: int
    offset: int


def segment_path(directory: Path, number: int) -> Path:
    """Return the file of a segment."""
    return directory / f"{number:06}{ENDING}"


def segment_numbers(directory: Path) -> list[int]:
    """Return the numbers of the segments that are there, in order."""
    try:
        names = [each.name for each in directory.iterdir()]
    except FileNotFoundError:
        return []
    found = (name.removesuffix(ENDING) for name in names if name.endswith(ENDING))
    return sorted(int(each) for each in found if each.isdecimal())


def backlog_bytes(directory: Path) -> int:
    """Return what the segments take up on disk."""
    return sum(_size(segment_path(directory, number)) for number in segment_numbers(directory))


def remove_segments(directory: Path, cursors: Iterable[Position | None]) -> int:
    """Delete what every consumer is done with, and return how many segments that were.

    A cursor says that its consumer needs nothing up to there, and not that entry either. None is
    a consumer that has not begun. The newest segment stays: its number must not be given twice.
    One that is noted as damaged is put aside under another name.
    """
    needed = [cursor.segment if cursor else 0 for cursor in cursors]
    gone = [each for each in segment_numbers(directory)[:-1] if each < min(needed, default=0)]
    for number in gone:
        path, noted = segment_path(directory, number), note_path(directory, number)
        if noted.exists():
            with contextlib.suppress(FileNotFoundError):
                path.rename(path.with_suffix(KEPT))
            noted.unlink(missing_ok=True)
        else:
            path.unlink(missing_ok=True)
    return len(gone)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # removed meanwhile
        return 0
