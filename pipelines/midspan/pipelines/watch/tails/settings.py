"""What a tail is started with."""

from dataclasses import dataclass
from typing import Final

from midspan.pipelines.watch.backlog import backlog_bytes
from midspan.pipelines.watch.batches.making import BatchSettings
from midspan.pipelines.watch.publisher import waiting_bytes
from midspan.pipelines.watch.shared_settings import WaitingSettings

LARGEST_BACKLOG: Final = 10 * 2**30
BACKLOG: Final = "backlog"


@dataclass(frozen=True, kw_only=True)
class TailSettings(BatchSettings, WaitingSettings):
    """A source that is read as it grows, and where what is read goes."""

    source: str
    """A directory, the address of a bucket, or of a Phoenix project."""

    largest_backlog: int = LARGEST_BACKLOG
    """Bytes that may wait on disk to be scored or published; while more do, nothing is read."""

    once: bool = False
    """Whether to read what is there, and end."""

    def is_full(self) -> bool:
        """Return whether as much waits on disk as may."""
        waiting = backlog_bytes(self.state / BACKLOG) + waiting_bytes(self.state)
        return waiting > self.largest_backlog
