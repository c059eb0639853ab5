"""Repositories in the cache: fetched once, then any commit of them without a network."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.servers.home import Say, locked, make_folder, say_nothing
from midspan.pipelines.servers.installing import run_step
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.sweep.places.cache import named
from midspan.pipelines.sweep.places.git import git, no_git, succeeds, variables
from midspan.pipelines.sweep.places.removal import remove_folder
from midspan.pipelines.sweep.places.room import RoomError

EVERYTHING: Final = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
"""Branches and tags: not the pull requests, of which a large project has tens of thousands."""

_COMPLETE: Final = "refs/midspan/"
"""A ref here says that a commit is here with all of its history, and keeps it here."""


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A bare copy of a repository. Nothing is ever thrown away in it: rooms borrow from it."""

    repository: str
    cache: Path

    @property
    def directory(self) -> Path:
        """Where the copy stands."""
        return self._folder / f"{named(self.repository, self.repository)}.git"

    @property
    def _folder(self) -> Path:
        return self.cache / "repositories"

    @property
    def log(self) -> Path:
        """What git said when it fetched."""
        return self.directory.with_suffix(".log")

    def has(self, sha: str) -> bool:
        """Return whether a commit is here with its history."""
        ref = f"{_COMPLETE}{sha}^{{commit}}"
        return self.directory.is_dir() and succeeds(
            "rev-parse", "--quiet", "--verify", ref, directory=self.directory
        )

    def fetch(self, sha: str, ref: str, say: Say = say_nothing) -> None:
        """Get a commit, named `ref` by people; what is here already asks no network."""
        make_folder(self._folder)
        waiting = f"{self.repository}: another process fetches it; waiting"
        with locked(self.directory.with_suffix(".lock"), waiting, say):
            if self.has(sha) or self._came_along(sha):
                return
            say(f"fetching {self.repository}")
            self._fetch(sha, ref)

    def _came_along(self, sha: str) -> bool:
        """Return whether a commit was fetched with another one, which is noted then."""
        if not self.directory.is_dir():
            return False
        asked = ("for-each-ref", "--count=1", f"--contains={sha}", "refs/heads", "refs/tags")
        # A branch or tag is moved only when all that it leads to is here.
        if not succeeds("cat-file", "-e", f"{sha}^{{commit}}", directory=self.directory) or not git(
            *asked, directory=self.directory
        ):
            return False
        git("update-ref", _COMPLETE + sha, sha, directory=self.directory)
        return True

    def _fetch(self, sha: str, ref: str) -> None:
        self.log.unlink(missing_ok=True)
        part = self.directory.with_suffix(".part")
        remove_folder(part)
        new = not self.directory.is_dir()
        work = part if new else self.directory
        if new:
            git("init", "--quiet", "--bare", "--template=", str(part), directory=self._folder)
            # Rooms borrow objects: none may go because nothing here names it any more.
            git("config", "gc.auto", "0", directory=part)
        else:
            _remove_leftovers(work)
        if not self._get(EVERYTHING, work):
            self._refuse()
        is_there = ("cat-file", "-e", f"{sha}^{{commit}}")
        # A commit of a pull request is on no branch: by its own name, then as people name it.
        for wanted in (sha, ref):
            if not succeeds(*is_there, directory=work):
                self._get([wanted], work)
        if not succeeds(*is_there, directory=work):
            raise RoomError(
                f"{self.repository}: the commit {sha[:12]} ({ref}) cannot be fetched",
                fix="It may have been removed; plan again to see what the name means now.",
            )
        git("update-ref", _COMPLETE + sha, sha, directory=work)
        if new:
            part.rename(self.directory)

    def _get(self, refs: tuple[str, ...] | list[str], work: Path) -> bool:
        command = ["git", "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head"]
        if shutil.which("git") is None:
            raise no_git()
        return (
            run_step(
                [*command, "--no-auto-maintenance", "--", self.repository, *refs],
                self.log,
                directory=work,
                variables=variables(alone=False),
            )
            == 0
        )

    def _refuse(self) -> None:
        raise RoomError(
            f"{self.repository} cannot be fetched\n{tail(self.log)}\nthe whole log: {self.log}",
            fix=f"See whether git reaches it: git ls-remote {self.repository}",
        )


def _remove_leftovers(repository: Path) -> None:
    """Remove what a git that was killed left behind: its locks would stop the next one."""
    for left in (*repository.rglob("*.lock"), *(repository / "objects").rglob("tmp_*")):
        left.unlink(missing_ok=True)
