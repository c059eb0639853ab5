"""Whether there is room for more: on the disk, and below the limit of the backlog."""

import os
from collections.abc import Callable
from pathlib import Path

from midspan.pipelines.watch.receiver.refusals import Refused
from midspan.pipelines.watch.receiver.settings import ReceiverSettings


class Room:
    """Measured about once a second; what is accepted in between is counted in."""

    def __init__(
        self, settings: ReceiverSettings, directory: Path, waiting_bytes: Callable[[], int]
    ) -> None:
        """`waiting_bytes` is what all that waits takes up on disk."""
        self._settings, self._directory, self._waiting_bytes = settings, directory, waiting_bytes
        self.waiting = self.free = 0
        self.measure()

    def measure(self) -> None:
        """Look at the disk again."""
        self.waiting = self._waiting_bytes()
        disk = os.statvfs(self._directory)
        self.free = disk.f_bavail * disk.f_frsize

    def take(self, size: int) -> None:
        """Count in what was accepted."""
        self.waiting += size
        self.free -= size

    def require(self) -> None:
        """Raise `Refused` where there is none."""
        if self.waiting > self._settings.largest_backlog:
            raise Refused(
                "backlog_full", f"{self.waiting:,} bytes wait to be scored or passed on: try later"
            )
        if self.free < self._settings.least_free:
            raise Refused("disk_full", "the disk is full: try later")
