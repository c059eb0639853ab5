"""Places of a segment that are no entries: where they end, and that they are told once."""

from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from midspan.pipelines.watch.backlog.entry import MARKER, PREFIX, Damaged, prefix_of, read_entry

AT_ONCE: Final = 2**20
NOTE: Final = ".damage"
"""Ending of the file that says where a segment is damaged."""


class Damage(NamedTuple):
    """Bytes of a segment that were passed over."""

    segment: int
    start: int
    end: int

    @property
    def size(self) -> int:
        """Return how many bytes there are."""
        return self.end - self.start


def next_whole(file: BinaryIO, start: int, end: int) -> int | None:
    """Return where the next entry begins of which all is there and all checksums fit."""
    while start < end:
        file.seek(start)
        data = file.read(min(AT_ONCE, end - start))
        at = data.find(MARKER)
        while at >= 0:
            if is_whole(file, start + at):
                return start + at
            at = data.find(MARKER, at + 1)
        if len(data) < AT_ONCE:
            return None
        start += AT_ONCE - len(MARKER) + 1
    return None


def is_whole(file: BinaryIO, offset: int) -> bool:
    """Return whether all of an entry is what was written."""
    try:
        read_entry(file, offset)
    except Damaged:
        return False
    return True


def is_torn(file: BinaryIO, start: int, end: int) -> bool:
    """Return whether what is left is the beginning of an entry: its writer was killed."""
    file.seek(start)
    data = file.read(min(PREFIX, end - start))
    prefix = prefix_of(data)
    if prefix is None:
        return len(data) < PREFIX and data[: len(MARKER)] == MARKER[: len(data)]
    return start + PREFIX + prefix.header_size + prefix.payload_size > end


def note_path(directory: Path, segment: int) -> Path:
    """Return the file that says where a segment is damaged."""
    return directory / f"{segment:06}{NOTE}"


def note(directory: Path, damage: Damage) -> bool:
    """Write down that a place is damaged; return whether that was not known."""
    path = note_path(directory, damage.segment)
    line = f"bytes from {damage.start}"
    known = path.read_text().splitlines() if path.exists() else []
    if line in known:
        return False
    path.write_text("".join(f"{each}\n" for each in [*known, line]))
    return True
