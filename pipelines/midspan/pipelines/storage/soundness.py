"""Whether the files of a workspace are as they were written, and what mends one that is not."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.parts import PARTS, Part, described
from midspan.scorers.errors import InvalidInput


class Soundness:
    """Checks of the files of one workspace; each is read through once, unless it changed."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._sound: dict[str, tuple[Part, int]] = {}

    def require(self, parts: Mapping[str, Part], *, whole: bool) -> None:
        """Raise what is wrong with files, `whole` by their content, else by their size alone."""
        for name, part in parts.items():
            state = (part, _changed_ns(self._workspace / name))
            read_through = whole and self._sound.get(name) != state
            _check(self._workspace, name, part, whole=read_through)
            if read_through:
                self._sound[name] = state


def require_parquet(workspace: Path, names: Iterable[str]) -> None:
    """Raise an error for the first of some files that is not on a list and cannot be a table."""
    for name in names:
        try:
            with explained(workspace / name):
                pl.read_parquet_metadata((workspace / name).absolute())
        except pl.exceptions.PolarsError as error:
            raise damaged(workspace, name, error) from error


def damaged(workspace: Path, name: str, why: object) -> InvalidInput:
    """Return the error of a file that is not what was written."""
    return InvalidInput(
        f"{workspace / name}: is damaged, or was changed by something other than midspan ({why})",
        fix="Put it back from a copy, or ingest the spans again into a new workspace.\n"
        f"To go on without its rows, remove it and {workspace / PARTS}.",
    )


def _check(workspace: Path, name: str, part: Part, *, whole: bool) -> None:
    """Raise what is wrong with a file, `whole` by its content, else by its size alone."""
    path = workspace / name
    try:
        with explained(path):
            if whole:
                found = described(path)
            else:
                with path.open("rb", buffering=0) as content:  # which needs the right to read it
                    found = Part(size=os.fstat(content.fileno()).st_size, hash=part.hash)
    except FileNotFoundError:
        raise InvalidInput(
            f"{path}: is missing",
            fix="Put it back from a copy, or ingest the spans again into a new workspace.\n"
            f"To go on without its rows, remove {workspace / PARTS}.",
        ) from None
    if found != part:
        sizes = f"{found.size:,} bytes, {part.size:,} were written"
        raise damaged(workspace, name, sizes if found.size != part.size else "its content differs")


def _changed_ns(path: Path) -> int:
    """Return when a file was last changed, -1 for one that is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
