"""The Python environment of each revision: built once, whole or not at all, and then read only."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.servers.home import Home, Say, locked, make_folder, say_nothing
from midspan.pipelines.sweep.places.building import Building
from midspan.pipelines.sweep.places.cache import named
from midspan.pipelines.sweep.places.mirrors import Mirror
from midspan.pipelines.sweep.places.removal import make_read_only, remove_folder
from midspan.scorers.suite import Target


def needs_environment(target: Target) -> bool:
    """Return whether there is anything to install, or a Python to have."""
    return bool(target.install is not None or target.requirements or target.python)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What one revision of the target is installed in."""

    target: Target
    sha: str
    mirror: Mirror
    home: Home
    """Where a uv of our own is, or goes, on a machine without one."""

    @property
    def folder(self) -> Path:
        """Where it stands; another commit, another way to install, another Python: another one."""
        target = self.target
        python = target.python or platform.python_version()
        made_of = [target.repository, self.sha, target.install, python, platform.machine()]
        words, _, digest = named(target.repository, *made_of, *target.requirements).rpartition("-")
        return self.mirror.cache / "environments" / f"{words}-{self.sha[:10]}-{digest}"

    @property
    def venv(self) -> Path:
        """The virtual environment itself."""
        return self.folder / "venv"

    @property
    def log(self) -> Path:
        """All that was said while it was built, and at the end what is installed."""
        return self._beside(".log")

    @property
    def is_ready(self) -> bool:
        """Whether it was built, and its interpreter is still there."""
        return (self.venv / "bin" / "python").exists()

    def build(self, label: str, say: Say = say_nothing) -> None:
        """Build it, unless it is there; `label` is what people call the revision.

        It is built beside its place and moved there when it is whole: what a killed process left
        is never used, and removed by the next one. What failed is tried again the next time.
        """
        if self.is_ready:
            return
        make_folder(self.folder.parent)
        waiting = f"{label}: another process builds its environment; waiting"
        with locked(self._beside(".lock"), waiting, say):
            if self.is_ready:
                return
            say(f"{label}: building its environment, once")
            begun = time.monotonic()
            part = self._beside(".part")
            remove_folder(part)
            remove_folder(self.folder)
            self.log.unlink(missing_ok=True)
            part.mkdir()
            try:
                building = Building(target=self.target, folder=part, log=self.log, home=self.home)
                building.run(self.mirror, self.sha, label)
                make_read_only(part / "venv")
                part.rename(self.folder)
            finally:
                remove_folder(part)
            say(f"{label}: built in {time.monotonic() - begun:.0f} s")

    def _beside(self, suffix: str) -> Path:
        return self.folder.with_name(self.folder.name + suffix)
