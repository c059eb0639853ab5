"""An error of the operating system says what, where and what mends it."""

import errno
import os

import pytest

from midspan.pipelines.cli.surroundings import explained_surroundings

ROOM = "Make room on that disk, then run the same command again."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/x y/z"),
            "/x y/z: Permission denied\nSee who may read and write it: ls -ld '/x y/z'",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", b"/x/y"),
            "/x/y: No such file or directory\n"
            "It is not there, or was removed meanwhile; look at: ls /x",
        ),
        (
            OSError(errno.EXDEV, "Invalid cross-device link", "/a", None, "/b"),
            "/a -> /b: Invalid cross-device link\n--debug shows where.",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), f"No space left on device\n{ROOM}"),
        (OSError("no such device"), "no such device\n--debug shows where."),
        (
            RuntimeError("cannot write: No space left on device (os error 28)"),
            f"cannot write: No space left on device (os error 28)\n{ROOM}",
        ),
        (
            MemoryError(),
            "out of memory\nEnd other programs or use fewer workers, "
            "then run the same command again.",
        ),
        (ZeroDivisionError("division by zero"), None),
    ],
)
def test_what_is_said(error: Exception, said: str | None) -> None:
    assert explained_surroundings(error) == said


def test_path_that_is_no_text_is_shown() -> None:
    path = os.fsdecode(b"/x/\xff")
    assert explained_surroundings(OSError(errno.EIO, "Input/output error", path)) == (
        f"{path}: Input/output error\n"
        "The disk may be broken; see what the system says: dmesg | tail"
    )
