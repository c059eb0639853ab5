"""Which files a tail has read, kept on disk: none is read twice, whatever ends the process."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.tails.listing import Found

LONGEST: Final = 4
"""How many times as many lines as files there may be before the file is written anew."""


class ReadFiles:
    """Files by key, each with the version that was read last."""

    def __init__(self, path: Path) -> None:
        """Read what was read before; a line that a killed process left half is passed over."""
        self.path = path
        self._versions: dict[str, str] = {}
        self._settled: set[str] = set()
        self._lines = 0
        self._ends_open = False
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = b""
        for line in content.split(b"\n"):
            self._lines += 1
            try:
                key, version = msgspec.json.decode(line, type=tuple[str, str])
            except msgspec.DecodeError:
                continue
            self._note(key, version)
        self._ends_open = bool(content) and not content.endswith(b"\n")

    @property
    def settled(self) -> set[str]:
        """Return the keys of files that were read and never change."""
        return self._settled

    def has(self, found: Found) -> bool:
        """Return whether a file was read as it is now."""
        return found.key in self._settled or self._versions.get(found.key) == found.version

    def knows(self, key: str) -> bool:
        """Return whether a file was read, as it is now or as it was."""
        return key in self._settled or key in self._versions

    def add(self, files: Iterable[Found]) -> None:
        """Note files as read: all of them, or after a crash none."""
        lines = []
        for found in files:
            self._note(found.key, found.version)
            lines.append(msgspec.json.encode((found.key, found.version)) + b"\n")
        if not lines:
            return
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._lines > LONGEST * (len(self._versions) + len(self._settled)) + 1000:
                self._write_anew()
                return
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, (b"\n" if self._ends_open else b"") + b"".join(lines))
            finally:
                os.close(file)
        self._ends_open = False
        self._lines += len(lines)

    def _note(self, key: str, version: str) -> None:
        if version:
            self._versions[key] = version
        else:
            self._settled.add(key)

    def _write_anew(self) -> None:
        pairs = [*self._versions.items(), *((key, "") for key in self._settled)]
        unfinished = self.path.with_name(f"{self.path.name}.part")
        unfinished.write_bytes(b"".join(msgspec.json.encode(pair) + b"\n" for pair in pairs))
        unfinished.replace(self.path)
        self._lines, self._ends_open = len(pairs), False
