import os
import traceback
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from midspan.pipelines.sweep.places.removal import make_read_only, remove_folder

NOBODY = 65534


def as_somebody(folder: Path, act: Callable[[], None]) -> bool:
    """Whether something works in a folder for a user who may not do everything, as root may."""
    if os.getuid() != 0:
        with chdir(folder):
            act()
        return True
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    child = os.fork()
    if child == 0:
        try:
            # Inside already: the folders above may be closed to nobody.
            os.chdir(folder)
            os.setuid(NOBODY)
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def test_what_nobody_may_write_is_removed(tmp_path: Path) -> None:
    inner = tmp_path / "room" / "modules" / "a"
    inner.mkdir(parents=True)
    (inner / "b").touch()
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    (tmp_path / "room" / "link").symlink_to(outside)
    inner.chmod(0)
    (tmp_path / "room" / "modules").chmod(0o500)
    (tmp_path / "room").chmod(0o500)

    assert as_somebody(tmp_path, lambda: remove_folder(Path("room")))

    assert not (tmp_path / "room").exists()
    assert outside.stat().st_mode & 0o777 == 0o500


def test_what_is_read_only_is_so_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "a.py").write_text("1")
    (folder / "link").symlink_to("/nowhere")

    def write() -> None:
        make_read_only(Path("venv"))
        refused = 0
        for path in ("venv/lib/a.py", "venv/lib/b.py", "venv/c"):
            try:
                Path(path).write_text("2")
            except PermissionError:
                refused += 1
        assert refused == 3
        remove_folder(Path("venv"))

    assert as_somebody(tmp_path, write)
    assert not folder.exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "room").symlink_to(outside)
    remove_folder(tmp_path / "room")
    remove_folder(tmp_path / "never")
    assert outside.exists()
    assert not (tmp_path / "room").is_symlink()


def test_folders_in_folders_are_removed_however_deep_they_are(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    room = tmp_path / "room"
    room.mkdir()
    with chdir(room):
        for _ in range(1_200):
            os.mkdir("d")
            os.chdir("d")
        Path("file").write_text("deep")
        os.symlink(outside, "link")
    remove_folder(room)
    assert not room.exists()
    assert (outside / "kept").exists()
