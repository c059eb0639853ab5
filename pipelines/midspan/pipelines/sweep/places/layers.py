"""A virtual environment for one room, laid thinly over the one of its revision."""

import os
import shutil
from pathlib import Path
from typing import Final

LAYER: Final = "_midspan_revision.pth"
"""Leads a room's Python on to what is installed for its revision."""

_PROGRAM_BYTES: Final = 2**16


def lay_over(environment: Path, folder: Path) -> None:
    """Make a virtual environment that has all of another one, and into which nothing there goes.

    What an agent installs comes before what the revision has, and is gone with the room. It takes
    a few milliseconds: no package is copied, only the commands in `bin`.
    """
    shown = folder / "bin"
    shown.mkdir(parents=True)
    for entry in sorted((environment / "bin").iterdir()):
        _show(entry, shown / entry.name)
    shutil.copyfile(environment / "pyvenv.cfg", folder / "pyvenv.cfg")
    if (environment / "lib64").is_symlink():
        (folder / "lib64").symlink_to("lib")
    for packages in environment.glob("lib/python*/site-packages"):
        own = folder / packages.relative_to(environment)
        own.mkdir(parents=True)
        # Not the bare path: only so the path files that packages have there are read too.
        line = f"import site; site.addsitedir({str(packages)!r})\n"
        (own / LAYER).write_text(line, encoding="utf-8")


def _show(entry: Path, place: Path) -> None:
    if entry.is_symlink():
        place.symlink_to(os.readlink(entry))
    elif entry.stat().st_size > _PROGRAM_BYTES:
        place.symlink_to(entry)
    else:
        # Copied: a command starts the Python that lies beside it.
        shutil.copyfile(entry, place)
        place.chmod(0o755)
