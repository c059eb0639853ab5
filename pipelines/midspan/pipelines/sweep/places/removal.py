"""Removes folders, read-only ones too, however deep they are."""

import errno
import itertools
import os
import secrets
import shutil
import stat
import time
from pathlib import Path
from typing import Final

_PAUSE: Final = 0.1
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it; a link in its place is removed, not followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
        return
    for again in (True, True, True, False):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                return
        except (OSError, RecursionError) as error:
            if not again:
                raise
            if isinstance(error, OSError) and error.errno == errno.ENOTEMPTY:
                # Somebody who is being ended still writes.
                time.sleep(_PAUSE)
            else:
                # An agent, or a module cache of Go, may have taken the right to write; and folders
                # in folders may go deeper than calls, open files or a path can.
                _take_apart(folder)
        else:
            return


def make_read_only(folder: Path) -> None:
    """Take the right to write from everything in a folder, and from the folder."""
    for parent, _, names in os.walk(folder, topdown=False):
        for path in (*(os.path.join(parent, name) for name in names), parent):
            mode = os.lstat(path).st_mode
            if not stat.S_ISLNK(mode):
                os.chmod(path, stat.S_IMODE(mode) & ~0o222)


def _take_apart(folder: Path) -> None:
    """Remove every folder below a folder, each once what it holds was moved to the top."""
    folder.chmod(0o700)
    top = os.open(folder, _FOLDER)
    try:
        unused = (f".{secrets.token_hex(8)}-{number}" for number in itertools.count())
        left = _names(top)[0]
        while left:
            name = left.pop()
            os.chmod(name, 0o700, dir_fd=top)
            inner = os.open(name, _FOLDER, dir_fd=top)
            try:
                folders, others = _names(inner)
                for each in folders:
                    os.chmod(each, 0o700, dir_fd=inner)
                    left.append(next(unused))
                    os.rename(each, left[-1], src_dir_fd=inner, dst_dir_fd=top)
                for each in others:
                    os.unlink(each, dir_fd=inner)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def _names(descriptor: int) -> tuple[list[str], list[str]]:
    """Return what the folders in a folder are called, and what all else."""
    names: tuple[list[str], list[str]] = ([], [])
    with os.scandir(descriptor) as entries:
        for entry in entries:
            names[not entry.is_dir(follow_symlinks=False)].append(entry.name)
    return names
