"""Removes folders, read-only ones too."""

import errno
import os
import shutil
import stat
import time
from pathlib import Path
from typing import Final

_PAUSE: Final = 0.1


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
        except OSError as error:
            if not again:
                raise
            if error.errno == errno.ENOTEMPTY:
                # Somebody who is being ended still writes.
                time.sleep(_PAUSE)
            else:
                # An agent, or a module cache of Go, may have taken the right to write.
                _make_writable(folder)
        else:
            return


def make_read_only(folder: Path) -> None:
    """Take the right to write from everything in a folder, and from the folder."""
    for parent, _, names in os.walk(folder, topdown=False):
        for path in (*(os.path.join(parent, name) for name in names), parent):
            mode = os.lstat(path).st_mode
            if not stat.S_ISLNK(mode):
                os.chmod(path, stat.S_IMODE(mode) & ~0o222)


def _make_writable(folder: Path) -> None:
    folder.chmod(0o700)
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
