"""Files in the directory of a run: those that really are in it, and regular."""

import stat
from pathlib import Path

from midspan.pipelines.checks.verdict import CannotCheckError, FailedCheckError


def inside(directory: Path, path: str) -> Path:
    """Return where a path in the directory leads; through a link that leads out it fails.

    The agent may have made any link: what it points to is not what the run left behind.
    """
    try:
        root = directory.resolve(strict=True)
        place = (root / path).resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        why = getattr(error, "strerror", None) or error
        raise CannotCheckError(f"{directory / path}: {why}") from None
    if not place.is_relative_to(root):
        raise FailedCheckError(f"{path} leads out of the run's directory")
    return place


def require_file(place: Path, path: str) -> None:
    """Fail where there is no regular file: nothing else may be opened, a pipe would wait."""
    try:
        mode = place.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise FailedCheckError(f"{path} is missing") from None
    except OSError as error:
        raise CannotCheckError(f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise FailedCheckError(f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'no file'}")
