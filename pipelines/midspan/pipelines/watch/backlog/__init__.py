"""What was accepted and is not yet done: entries on disk, written first and read by many."""

from midspan.pipelines.watch.backlog.entry import Encoding, Entry, Header, Kind
from midspan.pipelines.watch.backlog.marks import Marks, cursor_of
from midspan.pipelines.watch.backlog.reader import BacklogReader, Located
from midspan.pipelines.watch.backlog.segments import (
    Position,
    backlog_bytes,
    remove_segments,
    segment_numbers,
)
from midspan.pipelines.watch.backlog.writer import BacklogWriter

__all__ = [
    "BacklogReader",
    "BacklogWriter",
    "Encoding",
    "Entry",
    "Header",
    "Kind",
    "Located",
    "Marks",
    "Position",
    "backlog_bytes",
    "cursor_of",
    "remove_segments",
    "segment_numbers",
]
