"""What a tail is started with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.watch.backlog import backlog_bytes
from midspan.pipelines.watch.publisher import waiting_bytes

LARGEST_BACKLOG: Final = 10 * 2**30
BACKLOG: Final = "backlog"


@dataclass(frozen=True, kw_only=True)
class TailSettings:
    """A source that is read as it grows, and where what is read goes."""

    source: str
    """A directory, the address of a bucket, or of a Phoenix project."""

    workspace: Path
    state: Path
    suite: Path | None = None
    profile: Path | None = None
    published: bool = False
    """Whether scored batches are kept for a publisher."""

    quiet: float = 5.0
    """Seconds without news after which a file that is closed counts as whole."""

    timeout: float = 600.0
    """Seconds without news after which what was never closed is read as it is."""

    largest_backlog: int = LARGEST_BACKLOG
    """Bytes that may wait on disk to be scored or published; while more do, nothing is read."""

    once: bool = False
    """Whether to read what is there, and end."""

    def is_full(self) -> bool:
        """Return whether as much waits on disk as may."""
        waiting = backlog_bytes(self.state / BACKLOG) + waiting_bytes(self.state)
        return waiting > self.largest_backlog
