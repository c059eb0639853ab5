"""Which files in a folder are read."""

import os
from collections.abc import Iterator
from pathlib import Path

from midspan.pipelines.ingest.file_kinds import is_input, may_be_input
from midspan.pipelines.ingest.unread import Unread, unreadable, why
from midspan.pipelines.storage.settings import SETTINGS
from midspan.scorers.errors import InvalidInput


def files_below(directory: Path, unread: list[Unread]) -> list[Path]:
    """Return the files below a directory that are to be read; folders that cannot be are noted."""
    fix = "Name the directory that the spool or the exporter wrote to."
    if (directory / SETTINGS).is_file():
        raise InvalidInput(f"{directory}: is a workspace, not a directory of spans", fix=fix)
    files = [path for path in _walk(directory, unread) if _is_read(path)]
    if not files and not unread:
        raise InvalidInput(f"{directory}: no files of spans in this directory", fix=fix)
    return files


def _is_read(path: Path) -> bool:
    """Return whether a file in a directory is to be read; if it cannot be, that is told later."""
    if not may_be_input(path) or unreadable(path) is not None:
        return may_be_input(path)
    try:
        return is_input(path)
    except OSError:
        return True


def _walk(directory: Path, unread: list[Unread]) -> Iterator[Path]:
    """Yield the files below a directory; workspaces and hidden folders are passed over."""

    def note(error: OSError) -> None:
        if error.filename == str(directory):
            raise error
        unread.append((Path(error.filename), why(error.filename, error)))

    for folder, folders, names in os.walk(directory, onerror=note):
        if SETTINGS in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names))
