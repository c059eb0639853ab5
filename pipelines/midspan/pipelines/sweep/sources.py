"""The files that a suite names: found beside it, and nowhere else."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from midspan.pipelines.files import profile_files
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import FileCopy, Harness, PythonHarness, Suite

_PIECE: Final = 2**20
_COMPILED: Final = "__pycache__"
_WHEEL: Final = ".whl"


@dataclass(frozen=True, kw_only=True)
class CopiedFile:
    """One file that runs start with."""

    source: Path
    to: str
    """Path in the run's directory."""


def copied_files(base: Path, copies: Sequence[FileCopy]) -> list[CopiedFile]:
    """Return each file that is copied from a folder, where folders are named those in them."""
    return [file for copy in copies for file in _copied(base, copy)]


def _copied(base: Path, copy: FileCopy) -> Iterator[CopiedFile]:
    source = beside(base, copy.from_)
    if source == base:
        raise InvalidInput(
            f"{base}: is the folder of the suite itself, and agents must not see its checks",
            fix="Put what they are to have into a folder of its own, and name that.",
        )
    for file in files_in(source, base):
        inner = PurePosixPath(file.relative_to(source).as_posix())
        yield CopiedFile(source=file, to=str(copy.destination / inner))


def beside(base: Path, name: str) -> Path:
    """Return the file or folder of that name, which must be there and inside the base."""
    path = base / os.path.normpath(name)
    if os.path.isabs(name) or ".." in path.relative_to(base).parts:
        raise InvalidInput(
            f"{name} is outside of {base}, the folder of the suite",
            fix="Put it beside the suite: a sweep keeps a copy of all that is there.",
        )
    _require_inside(path, base)
    return path


def files_in(source: Path, base: Path) -> Iterator[Path]:
    """Yield a file itself, and of a folder all files in it, in the order of their names."""
    with explained(source):
        if source.is_dir():
            for child in sorted(source.iterdir()):
                if child.is_symlink():
                    _require_inside(child, base)
                    if child.is_dir():
                        raise InvalidInput(
                            f"{child}: is a link to a folder, which is not copied",
                            fix="Put the folder itself there.",
                        )
                yield from files_in(child, base)
        elif stat.S_ISREG(source.stat().st_mode):
            yield source
        else:
            raise InvalidInput(f"{source}: is neither a file nor a folder, and cannot be copied")


def _require_inside(path: Path, base: Path) -> None:
    """Raise where there is nothing, or where a link leads out of the base."""
    with explained(path):
        try:
            found = path.resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            raise InvalidInput(
                f"{path}: there is no such file or folder",
                fix=f"Paths in a suite are relative to its folder: {base.absolute()}",
            ) from None
        except RuntimeError:  # before Python 3.13; then it is an OSError
            raise InvalidInput(f"{path}: is a link that leads to itself") from None
    if not found.is_relative_to(base.resolve()):
        raise InvalidInput(
            f"{path}: is a link that leads out of {base}, the folder of the suite",
            fix="Put the file itself there: a copy of the suite must hold all that runs need.",
        )


class Sources:
    """Reads files of a suite, each of them once."""

    def __init__(self, base: Path) -> None:
        """Remember nothing yet."""
        self.base = base
        self._digests: dict[Path, bytes] = {}

    def digests(self, copies: Sequence[FileCopy]) -> list[tuple[str, bytes]]:
        """Return the files that are copied: path in the run's directory, digest."""
        return [(file.to, self.digest(file.source)) for file in copied_files(self.base, copies)]

    def digest(self, path: Path) -> bytes:
        """Return what stands for the content of a file in the id of a run."""
        known = self._digests.get(path)
        if known is None:
            digest = hashlib.blake2b()
            with explained(path), path.open("rb", buffering=0) as content:
                while piece := content.read(_PIECE):
                    digest.update(piece)
            known = self._digests[path] = digest.digest()
        return known


@dataclass(frozen=True)
class SuiteFiles:
    """All files that a suite names, by their path beside it."""

    suite: Suite
    suite_file: Path

    @cached_property
    def named(self) -> dict[PurePosixPath, Path]:
        """The files, without the suite itself."""
        base = self.suite_file.parent
        found = {
            PurePosixPath(file.relative_to(base).as_posix()): file
            for file in self._all(base)
            if file != self.suite_file
        }
        return dict(sorted(found.items()))

    @property
    def folders(self) -> list[Path]:
        """The folders that are copied with all that is in them."""
        named = (self.suite_file.parent / copy.from_ for copy in self.copies)
        return [path for path in dict.fromkeys(named) if path.is_dir()]

    @property
    def copies(self) -> list[FileCopy]:
        """What tasks and tiers copy into runs."""
        of_tasks = [copy for task in self.suite.tasks for copy in task.files]
        return [*of_tasks, *(copy for tier in self.suite.tiers.values() for copy in tier.files)]

    def _all(self, base: Path) -> Iterator[Path]:
        if self.suite.profile is not None:
            for profile in profile_files(base / self.suite.profile):
                yield beside(base, os.path.relpath(profile, base))
        for file in copied_files(base, self.copies):
            yield file.source
        for harness in self.suite.harnesses.values():
            yield from harness_files(base, harness)
        jobs = self.suite.launch.hf_jobs
        if jobs is not None and jobs.install is not None and jobs.install.endswith(_WHEEL):
            yield beside(base, jobs.install)


def harness_files(base: Path, harness: Harness) -> Iterator[Path]:
    """Yield the files beside the suite that a harness needs."""
    for name in harness.files:
        yield from files_in(beside(base, name), base)
    if isinstance(harness, PythonHarness):
        yield from _module(base, harness.function)


def _module(base: Path, function: str) -> Iterator[Path]:
    """Yield the files of a module that lies beside the suite; an installed one needs none."""
    name = function.partition(":")[0].partition(".")[0]
    if (base / name).is_dir():
        for file in files_in(beside(base, name), base):
            if _COMPILED not in file.parts:
                yield file
    elif (base / f"{name}.py").is_file():
        yield beside(base, f"{name}.py")
