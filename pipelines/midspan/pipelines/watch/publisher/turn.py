"""Whose turn it is to publish a workspace: this process, or a command that a person runs."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from midspan.pipelines.storage.locks import only_publisher
from midspan.pipelines.watch.publisher.server import Stopped
from midspan.scorers.errors import SurroundingsError

LOCKED_POLL: Final = 0.5
"""Seconds between two looks at a workspace that somebody else publishes."""


class Turn:
    """The workspace's lock of publishers, shared by the threads of this process."""

    def __init__(self, workspace: Path, stop: threading.Event) -> None:
        """Hold nothing yet."""
        self._workspace, self._stop = workspace, stop
        self._guard = threading.Lock()
        self._holders = 0
        self._held = ExitStack()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the lock; while another process publishes the workspace, that waits."""
        self._take()
        try:
            yield
        finally:
            with self._guard:
                self._holders -= 1
                if not self._holders:
                    self._held.close()

    def _take(self) -> None:
        while not self._stop.is_set():
            with self._guard:
                if self._holders:
                    self._holders += 1
                    return
                lock: AbstractContextManager[None] = only_publisher(self._workspace)
                try:
                    self._held.enter_context(lock)
                except SurroundingsError:
                    pass
                else:
                    self._holders = 1
                    return
            self._stop.wait(LOCKED_POLL)
        raise Stopped
