import os
import socket
from pathlib import Path

import pytest

from midspan.pipelines.storage.plain import NotPlainError, append_plain, open_plain


def test_a_plain_file_is_read_and_appended_to(tmp_path: Path) -> None:
    append_plain(tmp_path / "a", b"1")
    append_plain(tmp_path / "a", b"2")
    with open_plain(tmp_path / "a") as file:
        assert file.read() == b"12"


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_nothing_else_is_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(NotPlainError, match="a is no plain file"):
        open_plain(path)
    with pytest.raises(OSError, match="Errno"):
        append_plain(path, b"1")
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_not_there_or_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_plain(tmp_path / "none")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(OSError, match="No such device"):
            open_plain(tmp_path / "s")
