"""One watch at a time works on a state folder: a lock that ends with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import SurroundingsError


@contextmanager
def only_watch(state: Path) -> Iterator[None]:
    """Hold a state folder; a second watch is refused at once, and told by whom."""
    path = state / "lock"
    with explained(path):
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 100, 0).decode(errors="replace").strip() or "another process"
            raise SurroundingsError(
                f"{state}: {holder} watches here already",
                fix="End it first, or name another folder for this one: --state DIRECTORY",
            ) from None
        with explained(path):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)
