"""Files of a task or a tier, put into a run's directory and nowhere else."""

import shutil
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from midspan.pipelines.sweep.places.room import RoomError
from midspan.pipelines.sweep.sources import CopiedFile


def put(files: Iterable[CopiedFile], directory: Path) -> None:
    """Copy files into a directory; they may replace files there, as those of a checkout."""
    for file in files:
        place = _place(directory, PurePosixPath(file.to))
        # Never written through: the link may lead anywhere.
        if place.is_symlink():
            place.unlink()
        if place.is_dir():
            raise RoomError(
                f"{file.to}: there is a folder of that name in the run's directory already",
                fix="Name another place in the suite: {from: ..., to: ...}.",
            )
        shutil.copyfile(file.source, place)
        # Whatever the copy of the suite allows: in its room an agent may change its files.
        place.chmod(stat.S_IMODE(file.source.stat().st_mode) & 0o777 | 0o600)


def _place(directory: Path, to: PurePosixPath) -> Path:
    """Return where a file goes; its folders are made, and none of them is a link."""
    folder = directory
    for name in to.parts[:-1]:
        folder /= name
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise RoomError(
                f"{to}: {folder.relative_to(directory)} in the run's directory is no folder",
                fix="It comes with the checkout; name another place in the suite.",
            )
        folder.mkdir(exist_ok=True)
    return directory / to
