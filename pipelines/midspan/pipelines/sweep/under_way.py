"""Which runs a worker on this machine is at, without getting in its way."""

import os
from pathlib import Path
from typing import Final

LOCKS: Final = Path("/proc/locks")
"""The locks that are held on this machine, where the system tells."""


def runs_under_way(claims: Path) -> set[str]:
    """Return the runs whose lock is held.

    To try the lock would hold it for a moment, and a worker that wants it then would pass over the
    run. A lock's file is removed with it, but that of a worker that was killed stays: where the
    system does not tell which locks are held, such a run counts as well.
    """
    try:
        found = {entry.name: entry.inode() for entry in os.scandir(claims)}
    except (FileNotFoundError, NotADirectoryError):
        return set()
    try:
        held = {_inode(line) for line in LOCKS.read_text().splitlines() if " FLOCK " in line}
    except OSError:
        return set(found)
    return {name for name, inode in found.items() if inode in held}


def _inode(line: str) -> int:
    """Return the number of the locked file, of a line `1: FLOCK ADVISORY WRITE 7 08:01:123 0 EOF`.

    >>> _inode("1: FLOCK  ADVISORY  WRITE 7 08:01:123 0 EOF")
    123
    """
    place = next(word for word in line.split() if word.count(":") == 2)
    return int(place.rpartition(":")[2])
