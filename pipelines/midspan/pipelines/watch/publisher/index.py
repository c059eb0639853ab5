"""What was published, looked up without the whole list being read: the list has an index.

The list is the workspace's, as `midspan publish` keeps it. The index is made of it and of nothing
else: where it is lost, or the list is another one, it is made anew.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from midspan.pipelines.publish.manifest import (
    PUBLISHED,
    Line,
    Manifest,
    Unit,
    append,
    read_line,
)
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import SurroundingsError

INDEX: Final = "published.sqlite"
PIECE: Final = 2**20
SEAM: Final = 256
"""Bytes before the end of what was read, by which a list is known to be the same one."""

_TABLES: Final = """
create table if not exists units (
    unit blob, place text, digest blob, rows integer, primary key (unit, place)
) without rowid;
create table if not exists read (only_row integer primary key, bytes integer, seam blob);
"""


class IndexedManifest(Manifest):
    """The units that were published, of however many runs; used by several threads at once."""

    def __init__(
        self, workspace: Path, index: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the index, and read what the list has beside it."""
        self.path = workspace / PUBLISHED
        self.broken = 0
        self._clock = clock
        self._ends_open = False
        self._lock = threading.RLock()
        self._index = _opened(index)
        self.catch_up()

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._index.close()

    def catch_up(self) -> None:
        """Read what was added to the list, by this process or by another one."""
        with self._lock, self._index:
            self._index.execute("begin immediate")
            position = self._position()
            for lines, after in self._added(position):
                position = after
                self._index.executemany(
                    "insert or replace into units values (?, ?, ?, ?)", map(_row, lines)
                )
            self._index.execute(
                "insert or replace into read values (0, ?, ?)", (position, self._seam(position))
            )

    def has(self, unit: Unit) -> bool:
        """Return whether this was published there, just as it is now."""
        return self._found(unit).get(unit.place, _NEVER)[0] == _digest(unit)

    def rows(self, unit: Unit) -> int:
        """Return how many rows there were of a unit when it was published last."""
        return self._found(unit).get(unit.place, _NEVER)[1]

    def knows(self, unit: Unit) -> bool:
        """Return whether this was published there, as it is now or as it was once."""
        return unit.place in self._found(unit)

    def has_anywhere(self, unit: Unit) -> bool:
        """Return whether this was published, just as it is now, in any place of the server."""
        return any(digest == _digest(unit) for digest, _ in self._found(unit).values())

    def other_places(self, unit: Unit) -> set[str]:
        """Return in which other places of the server something was published."""
        return set(self._found(unit)) - {unit.place}

    def add(self, unit: Unit) -> None:
        """Write down that a unit is published; the list has it before the index does."""
        with self._lock:
            append(self.path, unit, seconds=self._clock(), ends_open=self._ends_open)
            self._ends_open = False
            with self._index:
                self._index.execute("insert or replace into units values (?, ?, ?, ?)", _row(unit))

    def _found(self, unit: Unit) -> dict[str, tuple[bytes, int]]:
        with self._lock:
            found = self._index.execute(
                "select place, digest, rows from units where unit = ?", (_key(unit),)
            )
            return {place: (digest, rows) for place, digest, rows in found}

    def _position(self) -> int:
        """Return how far the list was read; from its begin where it is another one by now."""
        row = self._index.execute("select bytes, seam from read").fetchone()
        if row is not None and self._seam(row[0]) == row[1]:
            return int(row[0])
        self._index.execute("delete from units")
        return 0

    def _seam(self, position: int) -> bytes | None:
        """Return what stands before a place in the list; None where the list is shorter."""
        begin = max(position - SEAM, 0)
        try:
            with explained(self.path), self.path.open("rb") as content:
                content.seek(begin)
                found = content.read(position - begin)
        except FileNotFoundError:
            found = b""
        return found if len(found) == position - begin else None

    def _added(self, position: int) -> Iterator[tuple[list[Line], int]]:
        """Yield whole lines that stand after a place, and the place after them."""
        try:
            content = self.path.open("rb")
        except FileNotFoundError:
            return
        with explained(self.path), content:
            content.seek(position)
            rest = b""
            while piece := content.read(PIECE):
                *texts, rest = (rest + piece).split(b"\n")
                position += sum(len(text) + 1 for text in texts)
                found = [read_line(text) for text in texts if text.strip()]
                self.broken += found.count(None)
                yield [line for line in found if line is not None], position
            self._ends_open = bool(rest)


_NEVER: Final = (b"", 0)


def _opened(path: Path) -> sqlite3.Connection:
    """Return the index; one that is none any more is made anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        index = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
        try:
            # Without a wait for the disk: what a power cut takes from it, the list has.
            index.execute("pragma journal_mode = wal")
            index.execute("pragma synchronous = normal")
            index.executescript(_TABLES)
        except sqlite3.OperationalError as error:
            index.close()
            raise SurroundingsError(
                f"{path}: cannot be opened: {error}", fix="See who may write there, and how full."
            ) from error
        except sqlite3.DatabaseError:
            index.close()
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
        else:
            return index
    raise SurroundingsError(f"{path}: cannot be made", fix="Remove it, and start again.")


def _row(unit: Unit) -> tuple[bytes, str, bytes, int]:
    return _key(unit), unit.place, _digest(unit), unit.rows


def _key(unit: Unit) -> bytes:
    return _hashed((unit.server, unit.url, unit.what, unit.key))


def _digest(unit: Unit) -> bytes:
    return _hashed((unit.digest,))


def _hashed(words: Iterable[str]) -> bytes:
    """Return what stands for some words in a fixed, small space."""
    return hashlib.blake2b("\0".join(words).encode(), digest_size=16).digest()
