"""One launcher for a sweep: two would submit, and pay for, the same runs."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.scorers.errors import SurroundingsError

NAME: Final = ".launcher"


class LauncherThere(SurroundingsError):
    """Another command launches the jobs of the sweep."""


@contextmanager
def only_launcher(folder: SweepFolder) -> Iterator[None]:
    """Hold a sweep for one launcher; a second is refused. The lock ends with its process."""
    path = folder.root / NAME
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            with explained(path):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LauncherThere(
                f"{folder.root}: its jobs are being launched by another command",
                fix=f"Look on: midspan sweep status {folder.root}",
            ) from None
        yield
    finally:
        os.close(lock)
