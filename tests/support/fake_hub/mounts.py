"""Folders in which a job finds its volumes, kept in step with the bucket."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.fake_hub.buckets import Buckets
from tests.support.fake_hub.job import Job
from tests.support.fake_hub.repositories import Repositories

Seen = Mapping[str, tuple[int, int]]
"""Path to size and time of change."""

PAUSE: Final = 0.1


@dataclass(kw_only=True)
class Mount:
    """One volume of a job, as a folder; what is written there appears in the bucket.

    A file is taken when it has not changed for a moment: as on a real mount, it is there for
    others only some time after it was closed.
    """

    job: Job
    volume: Mapping[str, Any]
    folder: Path
    buckets: Buckets
    _taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    _before: Seen = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def path(self) -> str:
        return str(self.volume["mountPath"])

    def attach(self, repositories: Repositories) -> None:
        self.folder.mkdir(parents=True)
        for name, data in self._contents(repositories).items():
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if self.volume["type"] == "bucket" and not self.volume.get("readOnly"):
            self._taken = dict(self._scan())
            self._thread = threading.Thread(target=self._follow)
            self._thread.start()

    def detach(self) -> None:
        """Bring what is left to the bucket."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._bring(self._scan(), settled=True)

    def _contents(self, repositories: Repositories) -> dict[str, bytes]:
        if self.volume["type"] != "bucket":
            return repositories[f"{self.volume['type']}s/{self.volume['source']}"].files
        source = self.volume["source"]
        return {
            path.removeprefix(self._prefix): self.buckets.get(source, path)
            for path in self.buckets.paths(source)
            if path.startswith(self._prefix)
        }

    @property
    def _prefix(self) -> str:
        inside = self.volume.get("path")
        return f"{inside}/" if inside else ""

    def _follow(self) -> None:
        while not self._stop.wait(PAUSE):
            self._bring(self._scan(), settled=False)

    def _scan(self) -> Seen:
        found = {}
        for path in self.folder.rglob("*"):
            try:
                state = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                name = path.relative_to(self.folder).as_posix()
                found[name] = state.st_size, state.st_mtime_ns
        return found

    def _bring(self, seen: Seen, *, settled: bool) -> None:
        ready = [
            name
            for name, state in seen.items()
            if self._taken.get(name) != state and (settled or self._before.get(name) == state)
        ]
        self._taken |= {name: seen[name] for name in ready}
        self._before = seen
        reaching = [name for name in ready if self.job.fate.reaches(name)]
        if reaching:
            files = {self._prefix + name: (self.folder / name).read_bytes() for name in reaching}
            self.buckets.put(self.volume["source"], files)
            with self.job.changed:
                self.job.brought += reaching
                self.job.changed.notify_all()
