from pathlib import Path

import pytest

from midspan.pipelines.sweep.places import RoomError
from midspan.pipelines.sweep.places.checkouts import check_out
from midspan.pipelines.sweep.places.git import git
from midspan.pipelines.sweep.places.mirrors import Mirror
from tests.support.shop_library import Library


@pytest.fixture
def mirror(library: Library, cache: Path) -> Mirror:
    return Mirror(repository=str(library.path), cache=cache)


def commit(library: Library, ref: str) -> str:
    return library.git("rev-parse", f"{ref}^{{commit}}")


def test_what_was_fetched_needs_no_repository_any_more(mirror: Mirror, library: Library) -> None:
    first, second = commit(library, "v1.0"), commit(library, "v2.0")
    said: list[str] = []
    mirror.fetch(first, "v1.0", said.append)
    library.path.rename(library.path.with_name("gone"))

    mirror.fetch(first, "v1.0", said.append)
    # It came along with the first: all branches and tags are fetched.
    mirror.fetch(second, "v2.0", said.append)

    assert said == [f"fetching {library.path}"]
    assert mirror.has(second)


def test_a_commit_on_no_branch_is_fetched_by_its_name(mirror: Mirror, library: Library) -> None:
    mirror.fetch(commit(library, "v1.0"), "v1.0")
    library.git("checkout", "--quiet", "--detach")
    sha = library.commit("A proposal") if (library.path / "P").write_text("p") else ""
    library.git("update-ref", "refs/pull/7/head", sha)
    library.git("checkout", "--quiet", "main")
    assert not mirror.has(sha)

    mirror.fetch(sha, "refs/pull/7/head")

    assert mirror.has(sha)


def test_a_commit_that_is_gone_is_said_to_be(mirror: Mirror, library: Library) -> None:
    mirror.fetch(commit(library, "v1.0"), "v1.0")
    with pytest.raises(RoomError, match=r"the commit 0{12} \(v9\) cannot be fetched") as caught:
        mirror.fetch("0" * 40, "v9")
    assert caught.value.fix is not None
    assert not mirror.has("0" * 40)


def test_a_repository_that_is_none_is_said_to_be(cache: Path, tmp_path: Path) -> None:
    mirror = Mirror(repository=str(tmp_path / "nowhere"), cache=cache)
    with pytest.raises(RoomError) as caught:
        mirror.fetch("0" * 40, "v1")
    assert "nowhere cannot be fetched" in str(caught.value)
    assert "does not appear to be a git repository" in str(caught.value)
    assert caught.value.fix == f"See whether git reaches it: git ls-remote {tmp_path / 'nowhere'}"
    assert not mirror.directory.exists()


def test_what_a_killed_git_left_stops_nobody(mirror: Mirror, library: Library) -> None:
    library.git("branch", "tmp_branch", "v1.0")
    mirror.fetch(commit(library, "v1.0"), "v1.0")
    third = library.release("3.0")
    (mirror.directory / "refs" / "heads" / "main.lock").touch()
    (mirror.directory / "packed-refs.lock").touch()
    (mirror.directory / "objects" / "pack" / "tmp_pack_abc").write_bytes(b"x")
    mirror.directory.with_suffix(".part").mkdir()

    mirror.fetch(third, "v3.0")

    assert mirror.has(third)
    assert [path.name for path in mirror.directory.rglob("tmp_*")] == ["tmp_branch"]


def test_a_checkout_has_its_history_and_nothing_later(
    mirror: Mirror, library: Library, tmp_path: Path
) -> None:
    first = commit(library, "v1.0")
    mirror.fetch(first, "v1.0")
    place = tmp_path / "place"
    place.mkdir()

    check_out(mirror, first, place)

    assert sorted(path.name for path in place.iterdir()) == [
        *(".git", "VERSION", "backend.py", "pyproject.toml", "shop.py")
    ]
    assert git("status", "--porcelain", directory=place) == ""
    assert git("describe", "--tags", directory=place) == "v1.0\n"
    assert git("log", "--all", "--format=%s", directory=place) == "Release 1.0\n"
    assert git("remote", directory=place) == ""


def test_nothing_that_is_done_in_a_checkout_reaches_the_mirror(
    mirror: Mirror, library: Library, tmp_path: Path
) -> None:
    second = commit(library, "v2.0")
    mirror.fetch(second, "v2.0")
    place = tmp_path / "place"
    place.mkdir()
    check_out(mirror, second, place)
    files = {path: path.read_bytes() for path in mirror.directory.rglob("*") if path.is_file()}

    person = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    (place / "shop.py").write_text("changed")
    git(*person, "commit", "--quiet", "--all", "--message=Mine", directory=place)
    git("tag", "mine", directory=place)
    git("tag", "--delete", "v1.0", directory=place)
    git("reset", "--quiet", "--hard", "HEAD~2", directory=place)
    git("reflog", "expire", "--expire=now", "--all", directory=place)
    git("gc", "--quiet", "--prune=now", directory=place)

    assert {path: path.read_bytes() for path in files} == files
    again = tmp_path / "again"
    again.mkdir()
    check_out(mirror, second, again)
    assert git("tag", directory=again) == "v1.0\nv2.0\n"


def test_a_checkout_tells_where_a_repository_is_and_pushes_nothing(
    library: Library, cache: Path, tmp_path: Path
) -> None:
    local = Mirror(repository=str(library.path), cache=cache)
    sha = commit(library, "v1.0")
    local.fetch(sha, "v1.0")
    away = Mirror(repository="https://example.com/o\"'p.git", cache=cache)
    local.directory.rename(away.directory)
    place = tmp_path / "place"
    place.mkdir()

    check_out(away, sha, place)

    remotes = git("remote", "-v", directory=place)
    assert remotes == "origin\thttps://example.com/o\"'p.git (fetch)\norigin\tno-push (push)\n"


def test_our_own_git_settings_change_no_files(
    mirror: Mirror, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").write_text("[core]\n\tautocrlf = true\n\thooksPath = /nowhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))
    sha = commit(library, "v1.0")
    mirror.fetch(sha, "v1.0")
    place = tmp_path / "place"
    place.mkdir()

    check_out(mirror, sha, place)

    assert b"\r\n" not in (place / "backend.py").read_bytes()
