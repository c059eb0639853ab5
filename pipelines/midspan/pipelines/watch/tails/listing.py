"""The files of a directory or bucket, listed again and again: only new names cost anything."""

import os
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import NamedTuple

from midspan.pipelines.ingest.decode.formats import plain_name
from midspan.pipelines.ingest.file_kinds import (
    PART,
    SPOOL_NAME,
    is_input,
    may_be_input,
    record_kind,
)
from midspan.pipelines.ingest.sources.remote import RemoteFile, find_remote, is_remote
from midspan.pipelines.records import RESULT_SUFFIX
from midspan.pipelines.storage.settings import SETTINGS
from midspan.scorers.errors import InvalidInput

Location = Path | RemoteFile


class Found(NamedTuple):
    """A file as it is now: two of equal key and version have the same content."""

    key: str
    version: str
    size: int
    location: Location


Listing = Callable[[Container[str]], Iterator[Found]]
"""Yields what may be read, but for files that are known already and never change."""


def listing_of(source: str, *, may_come: bool = False) -> Listing:
    """Return what lists a source; one that is not there is an error, unless it may still come."""
    if is_remote(source):
        return lambda known: _remote(source, known)
    directory = Path(source)
    if not directory.is_dir() and (directory.exists() or not may_come):
        raise InvalidInput(
            f"{source}: {'is a file' if directory.exists() else 'no such directory'}",
            fix="Name the directory that the spool is written to.",
        )
    if (directory / SETTINGS).is_file():
        raise InvalidInput(
            f"{source}: is a workspace, not a directory of spans",
            fix="Name the directory that the spool or the exporter writes to.",
        )
    return lambda known: _local(directory, known)


def is_settled(name: str) -> bool:
    """Return whether a file of this name is never written again: a spool file that was closed.

    >>> run = "4f1c2ab04f1c2ab04f1c2ab04f1c2ab0"
    >>> is_settled(f"{run}-0.otlp.jsonl"), is_settled(f"{run}-0.otlp.jsonl.part")
    (True, False)
    >>> is_settled(f"{run}-0.result.json"), is_settled("plan.jsonl")
    (True, False)
    """
    if name.endswith(PART):
        return False
    return name.endswith(RESULT_SUFFIX) or SPOOL_NAME.fullmatch(plain_name(name)) is not None


def _local(directory: Path, known: Container[str]) -> Iterator[Found]:
    folders = [str(directory)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.path in known:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and not os.path.exists(
                            os.path.join(entry.path, SETTINGS)
                        ):
                            folders.append(entry.path)
                    elif (found := _file(entry)) is not None:
                        yield found
        except FileNotFoundError:
            continue  # Removed meanwhile; the others are still there.


def _file(entry: "os.DirEntry[str]") -> Found | None:
    path = Path(entry.path)
    try:
        if not may_be_input(path) or not entry.is_file():
            return None
        state = entry.stat()
    except OSError:
        return None  # Renamed or removed meanwhile: under its new name it is found again.
    version = "" if is_settled(entry.name) else f"{state.st_size}-{state.st_mtime_ns}"
    return Found(entry.path, version, state.st_size, path)


def _remote(source: str, known: Container[str]) -> Iterator[Found]:
    try:
        root, files = find_remote(source)
    except InvalidInput as error:
        if "no such file" in str(error):
            return  # A bucket that nothing was written to yet has no folders.
        raise
    workspaces = tuple(f"{file.folder}/" for file in files if file.name == SETTINGS)
    for file in files:
        if file.url in known or not may_be_input(file) or file.url.startswith(workspaces):
            continue
        if "/." in file.url.removeprefix(root):
            continue
        version = "" if is_settled(file.name) else file.digest
        yield Found(file.url, version, file.size, file)


def is_worth_reading(found: Found) -> bool:
    """Return whether a file holds what can be read; it may have to be opened to know."""
    if record_kind(found.location) is not None:
        return True
    try:
        return is_input(found.location)
    except OSError:
        return True  # That it cannot be read is told by whoever reads it.
