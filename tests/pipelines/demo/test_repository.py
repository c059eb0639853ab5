"""The tools as a repository, whose commits are the same wherever it is made."""

import subprocess
from pathlib import Path

import pytest

from midspan.pipelines.demo.repository import REVISIONS, make_repository, revision_folder

V1, V2 = "b9cca9b0317c", "103826e75b67"


def git(*words: str, directory: Path) -> list[str]:
    done = subprocess.run(["git", "-C", directory, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_commits_are_the_same_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs take their ids from them, whoever the user is and whatever git is told at home."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = x\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    make_repository(tmp_path / "tools")
    log = git("log", "--format=%h %D %s", "--abbrev=12", directory=tmp_path / "tools")
    assert log == [f"{V2} HEAD -> main, tag: v2 The tools, v2", f"{V1} tag: v1 The tools, v1"]


def test_it_holds_what_the_package_has(tmp_path: Path) -> None:
    make_repository(tmp_path / "tools")
    assert git("status", "--short", directory=tmp_path / "tools") == []
    for revision in REVISIONS:
        packaged = (revision_folder(revision) / "wording.toml").read_text().splitlines()
        assert git("show", f"{revision}:wording.toml", directory=tmp_path / "tools") == packaged
