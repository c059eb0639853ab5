"""Who reads the backlog, and what all of them are done with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.watch.backlog import (
    BacklogReader,
    Position,
    backlog_bytes,
    cursor_of,
    remove_segments,
)
from midspan.pipelines.watch.figures import Figures, Told, begun_figures, read_figures
from midspan.pipelines.watch.publisher import waiting_bytes


@dataclass(frozen=True, kw_only=True)
class StateFolder:
    """The files through which the processes of a watch speak."""

    path: Path

    @property
    def backlog(self) -> Path:
        """Return the folder of what was accepted."""
        return self.path / "backlog"

    @property
    def scorer_marks(self) -> Path:
        """Return what the scorer is done with."""
        return self.path / "marks" / "scorer.jsonl"

    def forward_marks(self, url: str) -> Path:
        """Return what was passed on to an address, which the name does not show."""
        digest = hashlib.blake2b(url.encode(), digest_size=6).hexdigest()
        return self.path / "marks" / f"forward-{digest}.jsonl"

    def figures(self, process: str) -> Path:
        """Return the figures of a process."""
        return self.path / "figures" / f"{process}.json"

    def told(self) -> dict[str, Told]:
        """Return the figures of each process."""
        names = ("receiver", "scorer", "publisher", "tail")
        return {name: read_figures(self.figures(name)) for name in names}

    def begun_figures(self) -> Figures:
        """Return the figures of a watch that begins now; those of an earlier one are deleted."""
        return begun_figures(self.path / "figures")

    def waiting_bytes(self) -> int:
        """Return what all that is accepted and not done with takes up on disk."""
        carried = backlog_bytes(self.path / "carried")
        return backlog_bytes(self.backlog) + carried + waiting_bytes(self.path)

    def newest_mark(self, forwards: Sequence[str]) -> int:
        """Return the newest segment that a consumer has marks of; 0 if there is none."""
        return max((cursor.segment for cursor in self._cursors(forwards) if cursor), default=0)

    def remove_what_is_done(self, forwards: Sequence[str]) -> int:
        """Delete the segments that every consumer is done with; return how many those were."""
        return remove_segments(self.backlog, self._cursors(forwards))

    def oldest_waiting_ns(self, forwards: Sequence[str]) -> int | None:
        """Return when the oldest entry came in that is not done with; None if all are."""
        cursors = self._cursors(forwards)
        first = None if None in cursors else min(cursor for cursor in cursors if cursor)
        reader = BacklogReader(self.backlog)
        try:
            found = next(reader.headers(first), None)
        finally:
            reader.close()
        return found.header.received_ns if found else None

    def _cursors(self, forwards: Sequence[str]) -> list[Position | None]:
        files = [self.scorer_marks, *map(self.forward_marks, forwards)]
        return [cursor_of(file) for file in files]
