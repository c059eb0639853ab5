"""A ref is found in the target's repository, or it is said what was probably meant."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from midspan.pipelines.sweep.revisions import resolver
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.suite import Revision, Target
from tests.support.git import Repository


@dataclass(frozen=True)
class Library:
    """A repository with a release, an annotated release, a branch, and an old commit."""

    repository: Repository
    first: str
    old: str
    annotated: str
    tip: str

    @property
    def path(self) -> str:
        """As a path: git looks into it directly."""
        return str(self.repository.path)

    @property
    def address(self) -> str:
        """As an address: git talks to it as to a server."""
        return f"file://{self.repository.path}"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    repository = Repository(tmp_path_factory.mktemp("git") / "lib")
    first = repository.commit("one")
    repository.git("tag", "v5.8.0")
    old = repository.commit("two")
    annotated = repository.commit("three")
    repository.git("tag", "--annotate", "v5.9.0", "--message", "release")
    repository.git("tag", "v5.10.0rc1", first)
    repository.git("tag", "both", first)
    repository.git("branch", "both", annotated)
    repository.git("branch", "feature/cli", old)
    tip = repository.commit("four")
    repository.git("update-ref", "refs/pull/7/head", old)
    # What no ref reaches is what a server does not show.
    repository.git("branch", "--delete", "--force", "feature/cli")
    repository.git("branch", "feature/cli", first)
    return Library(repository, first, old, annotated, tip)


def sha(repository: str, ref: str, name: str | None = None) -> str:
    target = Target(repository=repository)
    resolved = resolver()(target, Revision(ref=ref, name=name))
    assert (resolved.ref, resolved.label) == (ref, name or ref)
    return resolved.sha


@pytest.mark.parametrize("kind", ["path", "address"])
class TestBothWays:
    def test_a_tag(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "v5.8.0") == library.first

    def test_an_annotated_tag_is_its_commit(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "v5.9.0") == library.annotated

    def test_a_branch(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "main") == library.tip
        assert sha(getattr(library, kind), "feature/cli") == library.first

    def test_a_tag_before_a_branch_of_the_same_name(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "both") == library.first
        assert sha(getattr(library, kind), "heads/both") == library.annotated

    def test_the_default_branch(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "HEAD") == library.tip

    def test_the_head_of_a_pull_request(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), "refs/pull/7/head") == library.old

    def test_a_whole_id_that_is_at_no_branch(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), library.old) == library.old

    def test_a_short_id(self, library: Library, kind: str) -> None:
        assert sha(getattr(library, kind), library.old[:9], "cli+skill") == library.old
        assert sha(getattr(library, kind), library.old[:7].upper()) == library.old

    @pytest.mark.parametrize("ref", ["0123456", "0123456789012345678901234567890123456789"])
    def test_an_id_that_is_none_of_its_commits(self, library: Library, kind: str, ref: str) -> None:
        with pytest.raises(InvalidInput, match=f"has no commit, tag or branch '{ref}'"):
            sha(getattr(library, kind), ref)

    @pytest.mark.parametrize(
        ("ref", "meant"),
        [
            ("5.9.0", "v5.9.0"),
            ("v5.9", "v5.9.0"),
            ("v5.9.O", "v5.9.0"),
            ("v5.90", "v5.9.0"),
            ("mian", "main"),
            ("cli", None),
        ],
    )
    def test_what_was_meant(self, library: Library, kind: str, ref: str, meant: str | None) -> None:
        address = getattr(library, kind)
        with pytest.raises(InvalidInput) as caught:
            sha(address, ref)
        hint = f" Did you mean {meant}?" if meant else ""
        assert str(caught.value) == (
            f"{address} has no commit, tag or branch '{ref}'.{hint}\n"
            "It has v5.10.0rc1, v5.9.0, v5.8.0, both, feature/cli, main: "
            f"git ls-remote {address}"
        )


def test_a_repository_is_asked_once_for_all_its_refs(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log, git = tmp_path / "log", shutil.which("git")
    (tmp_path / "git").write_text(f'#!/bin/sh\necho "$1" >> {log}\nexec {git} "$@"\n')
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    resolve = resolver()
    for ref in ("v5.8.0", "v5.9.0", "main"):
        resolve(Target(repository=library.address), Revision(ref=ref))
    assert log.read_text() == "ls-remote\n"


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(SurroundingsError, match="git cannot read this repository: fatal") as caught:
        sha(str(tmp_path), "main")
    assert caught.value.fix == f"Try it by hand: git ls-remote {tmp_path}"


def test_a_repository_that_does_not_answer() -> None:
    with pytest.raises(SurroundingsError, match="git cannot read this repository"):
        sha("http://127.0.0.1:9/lib.git", "main")


def test_a_machine_without_git(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SurroundingsError, match="git is not on this machine"):
        sha(library.path, "main")


def test_an_ambiguous_start_asks_for_more_digits(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "lib")
    # Ids begin with one of 65,536 four digits: of so many commits two begin alike.
    stream = "".join(
        f"commit refs/heads/main\ncommitter T <t@example.org> {1_700_000_000 + number} +0000\n"
        f"data 1\n{number % 10}\n"
        for number in range(1_500)
    )
    subprocess.run(
        ["git", "-C", str(repository.path), "fast-import", "--quiet"],
        input=stream,
        text=True,
        check=True,
    )
    ids = repository.git("rev-list", "main").split()
    seen: dict[str, str] = {}
    start = next(one[:4] for one in ids if seen.setdefault(one[:4], one) != one)
    with pytest.raises(InvalidInput, match=f"'{start}' is the start of several commits"):
        sha(str(repository.path), start)
    with pytest.raises(InvalidInput, match=f"'{start}' is the start of several commits"):
        sha(f"file://{repository.path}", start)


def test_settings_of_a_surrounding_git_command_do_not_lead_elsewhere(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other")
    other.commit("x")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    assert sha(library.path, library.old[:9]) == library.old
    assert sha(library.path, "main") == library.tip
