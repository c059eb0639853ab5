"""What was published and where: one line for everything that a server acknowledged and has.

The file stands in the workspace and only grows. An interrupted publish goes on where it was: what
has a line with the same digest, at the same server and place, is not sent again.
"""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from midspan.pipelines.publish.progress import What
from midspan.pipelines.storage.disk import explained

PUBLISHED: Final = "published.jsonl"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is published as a whole, and as what it was sent."""

    server: str
    url: str
    place: str
    """The server's own id of the project or experiment, which a name alone would not tell."""

    what: What
    key: str
    """Which one: the run's id, or the variant."""

    digest: str
    """Of what was sent: a unit that changed since has another one."""

    rows: Annotated[int, msgspec.Meta(ge=0)]


class Line(Unit, frozen=True, kw_only=True):
    """A unit as it stands in the file."""

    at: str


class Manifest:
    """The units that were published before, and those that are from now on."""

    def __init__(
        self, workspace: Path, *, again: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        """Read what there is; with `again`, nothing of it counts."""
        self.path = workspace / PUBLISHED
        self.broken = 0
        """Lines that are none: damaged, or the last one, where a publisher was killed."""

        self._clock = clock
        self._known: dict[tuple[str, str, str, str, str], Unit] = {}
        self._ends_open = False
        with explained(self.path):
            lines = self._read()
        if not again:
            for line in lines:
                self._known[_key(line)] = line
        self._anywhere = {
            (unit.server, unit.url, unit.what, unit.key, unit.digest)
            for unit in self._known.values()
        }

        self._places: dict[tuple[str, str, str, str], set[str]] = {}
        for unit in self._known.values():
            self._places.setdefault(_wherever(unit), set()).add(unit.place)

    def has(self, unit: Unit) -> bool:
        """Return whether this was published there, just as it is now."""
        known = self._known.get(_key(unit))
        return known is not None and known.digest == unit.digest

    def rows(self, unit: Unit) -> int:
        """Return how many rows there were of a unit when it was published last."""
        known = self._known.get(_key(unit))
        return known.rows if known is not None else 0

    def knows(self, unit: Unit) -> bool:
        """Return whether this was published there, as it is now or as it was once."""
        return _key(unit) in self._known

    def has_anywhere(self, unit: Unit) -> bool:
        """Return whether this was published, just as it is now, in any place of the server."""
        return (unit.server, unit.url, unit.what, unit.key, unit.digest) in self._anywhere

    def other_places(self, unit: Unit) -> set[str]:
        """Return in which other places of the server something was published."""
        return self._places.get(_wherever(unit), set()) - {unit.place}

    def add(self, unit: Unit) -> None:
        """Write down that a unit is published: acknowledged by the server, and verified."""
        append(self.path, unit, seconds=self._clock(), ends_open=self._ends_open)
        self._ends_open = False
        self._known[_key(unit)] = unit

    def _read(self) -> list[Line]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        self._ends_open = bool(content) and not content.endswith(b"\n")
        lines = [line for text in content.split(b"\n") if (line := read_line(text)) is not None]
        self.broken += sum(bool(text.strip()) for text in content.split(b"\n")) - len(lines)
        return lines


def read_line(text: bytes) -> Line | None:
    """Return a line of the file; None for one that is damaged, or empty."""
    try:
        return msgspec.json.decode(text, type=Line)
    except msgspec.DecodeError:
        return None


def append(path: Path, unit: Unit, *, seconds: float, ends_open: bool) -> None:
    """Add a line to the file; `ends_open` where its last one was never ended."""
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    text = msgspec.json.encode(Line(**msgspec.structs.asdict(unit), at=at)) + b"\n"
    with explained(path):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            # One write, so that of two publishers neither breaks the other's line.
            os.write(file, (b"\n" if ends_open else b"") + text)
        finally:
            os.close(file)


def digest_of(content: Any) -> str:
    """Return a short digest of something that is JSON; the order of keys does not matter.

    >>> digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    True
    """
    text = msgspec.json.encode(content, order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _wherever(unit: Unit) -> tuple[str, str, str, str]:
    return unit.server, unit.url, unit.what, unit.key


def _key(unit: Unit) -> tuple[str, str, str, str, str]:
    return unit.server, unit.url, unit.place, unit.what, unit.key
