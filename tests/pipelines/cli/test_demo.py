"""Where `midspan demo` writes, and what it leaves alone."""

import shutil
from pathlib import Path

import pytest

from midspan.pipelines.cli.demo import MARK, prepare
from midspan.pipelines.demo.repository import make_repository
from midspan.pipelines.sweep.places.git import git
from midspan.scorers.errors import InvalidInput


def earlier_demo(directory: Path) -> None:
    for name in ("workspace", "spool", "runs"):
        (directory / name).mkdir(parents=True)
        (directory / name / "file").write_text("of the demo")
    (directory / MARK).touch()


def listed(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_an_earlier_demo_is_replaced_and_what_others_put_there_stays(tmp_path: Path) -> None:
    earlier_demo(tmp_path)
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "my runs").mkdir()
    (tmp_path / "my runs" / "file").write_text("mine")
    prepare(tmp_path)
    assert listed(tmp_path) == [MARK, "my runs", "my runs/file", "notes.md"]


def test_a_link_in_place_of_a_folder_is_removed_and_not_what_it_names(tmp_path: Path) -> None:
    demo, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    earlier_demo(demo)
    shutil.rmtree(demo / "spool")
    elsewhere.mkdir()
    (elsewhere / "file").write_text("mine")
    (demo / "spool").symlink_to(elsewhere)
    prepare(demo)
    assert listed(tmp_path) == ["demo", f"demo/{MARK}", "elsewhere", "elsewhere/file"]


def test_removal_that_is_interrupted_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_demo(tmp_path)

    def interrupted(path: Path) -> None:
        (path / "file").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prepare(tmp_path)
    assert listed(tmp_path) == [MARK, "runs", "runs/file", "spool", "spool/file", "workspace"]
    prepare(tmp_path)
    assert listed(tmp_path) == [MARK]


def test_tools_that_were_changed_are_nobody_elses_to_remove(tmp_path: Path) -> None:
    earlier_demo(tmp_path)
    wording = tmp_path / "tools" / "wording.toml"
    for commit in (False, True):
        make_repository(wording.parent)
        wording.write_text(wording.read_text() + "# mine\n")
        if commit:
            who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
            git(*who, "commit", "--quiet", "--all", "--message=mine", directory=wording.parent)
        with pytest.raises(InvalidInput, match="tools was changed since the demo made it"):
            prepare(tmp_path)
        assert wording.read_text().endswith("# mine\n")
        shutil.rmtree(wording.parent)
    make_repository(wording.parent)
    prepare(tmp_path)
    assert listed(tmp_path) == [MARK]


def test_the_current_folder_will_do_where_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(Path("."))
    prepare(Path("."))
    assert listed(tmp_path) == [MARK]


def test_what_cannot_be_used_is_said_and_nothing_is_touched(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    before = listed(tmp_path)
    with pytest.raises(InvalidInput, match="is not empty, and no demo made it"):
        prepare(tmp_path)
    with pytest.raises(InvalidInput, match="file is not a folder"):
        prepare(tmp_path / "file")
    with pytest.raises(InvalidInput, match="dangling is a link to nowhere, which is not there"):
        prepare(tmp_path / "dangling")
    assert listed(tmp_path) == before


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    prepare(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert listed(tmp_path / "folder") == [MARK]
