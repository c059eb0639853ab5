"""Workspaces at addresses: the rows that one on disk gets, whoever is killed on the way."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from midspan.pipelines.engines import Workers
from midspan.pipelines.scoring import at_address
from midspan.pipelines.scoring.at_address import is_workspace, score_address
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.storage.store import Store
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.scoring.test_partitions import RUNS, made, told
from tests.support.workspaces import Rows, rows

__all__ = ["told"]

URL = "memory://agents/shop"


@pytest.fixture
def files() -> Iterator[Any]:
    found = fsspec.filesystem("memory")
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def put(files: Any, workspace: Workspace) -> None:
    for path in workspace.path.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            files.pipe_file(f"/agents/shop/{path.relative_to(workspace.path)}", path.read_bytes())


def fetched(files: Any, into: Path) -> Workspace:
    for name, file in files.store.items():
        path = into / name.removeprefix("/agents/shop/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue())
    return Workspace(into)


def scores(files: Any, into: Path) -> Rows:
    return rows(fetched(files, into), "scores")


@pytest.mark.parametrize("buckets", [1, 256])
def test_the_rows_are_those_of_a_workspace_on_disk(
    files: Any, tmp_path: Path, told: Path, buckets: int
) -> None:
    workspace = made(tmp_path / "ws", told, buckets)
    put(files, workspace)
    seen: list[tuple[str, int, int]] = []
    assert is_workspace(URL)
    assert not is_workspace("memory://agents")
    with Workers(1) as workers:
        for _ in range(2):  # the second one replaces the rows of the first
            summary = score_address(URL, executor=workers, progress=lambda *step: seen.append(step))
    expected = score_workspace(workspace)
    assert summary == expected
    assert summary.runs == RUNS
    assert seen[-1][1] == seen[-1][2] == (6 if buckets == 256 else 1)
    there = fetched(files, tmp_path / "fetched")
    assert rows(there, "scores") == rows(workspace, "scores")
    assert len(there.parts("scores")) == (6 if buckets == 256 else 1)
    assert score_workspace(there) == expected, "it goes on here as any other"
    assert not any(name.endswith(".lease.json") for name in files.store)


def test_whoever_is_killed_leaves_the_old_rows_or_the_new(
    files: Any, tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    score_workspace(workspace, only=["loop"])
    put(files, workspace)
    old = rows(workspace, "scores")
    score_workspace(workspace)
    new = rows(workspace, "scores")
    states = []
    for steps in range(30):
        files.store.clear()
        put(files, made_again := Workspace(workspace.path))
        del made_again
        _forget_scores(files, workspace, tmp_path / f"before-{steps}", told)
        with monkeypatch.context() as patch:
            _killed_after(patch, steps)
            try:
                with Workers(1) as workers:
                    score_address(URL, executor=workers)
            except KeyboardInterrupt:
                ended = False
            else:
                ended = True
        found = scores(files, tmp_path / f"after-{steps}")
        states.append("old" if found == old else "new" if found == new else "neither")
        if ended:
            break
    assert "neither" not in states
    assert states == sorted(states, reverse=True), "from one write on it is the new one"
    assert states[0] == "old"
    assert states[-1] == "new"


def _forget_scores(files: Any, workspace: Workspace, path: Path, told: Path) -> None:
    """Put a workspace there that has the rows of one scorer alone."""
    fresh = made(path, told, workspace.buckets)
    score_workspace(fresh, only=["loop"])
    files.store.clear()
    put(files, fresh)


def _killed_after(patch: pytest.MonkeyPatch, steps: int) -> None:
    done = 0

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal done
            if done >= steps:
                raise KeyboardInterrupt
            done += 1
            return act(*arguments)

        return call

    for name in ("write", "put", "remove"):
        patch.setattr(Store, name, counted(getattr(Store, name)))


class TestOneWriter:
    def test_a_second_one_is_refused_until_the_lease_ends(
        self, files: Any, tmp_path: Path, told: Path
    ) -> None:
        put(files, made(tmp_path / "ws", told, 1))
        lease = {"holder": "other", "who": "process 7 on there", "until": 9e12}
        files.pipe_file("/agents/shop/.lease.json", json.dumps(lease).encode())
        with pytest.raises(SurroundingsError, match="process 7 on there is writing"):
            score(URL)
        files.pipe_file("/agents/shop/.lease.json", json.dumps(lease | {"until": 5.0}).encode())
        assert score(URL) == RUNS

    def test_one_who_lost_the_lease_changes_nothing(
        self, files: Any, tmp_path: Path, told: Path
    ) -> None:
        put(files, made(tmp_path / "ws", told, 1))
        lease = {"holder": "other", "who": "process 7 on there", "until": 9e12}

        def taken(stage: str, done: int, total: int) -> None:
            files.pipe_file("/agents/shop/.lease.json", json.dumps(lease).encode())

        with (
            pytest.raises(SurroundingsError, match="process 7 on there has taken it over"),
            Workers(1) as workers,
        ):
            score_address(URL, executor=workers, progress=taken)
        assert scores(files, tmp_path / "after") == []
        assert json.loads(files.cat_file("/agents/shop/.lease.json")) == lease


def score(url: str) -> int:
    with Workers(1) as workers:
        return score_address(url, executor=workers).runs


def test_a_file_that_came_through_damaged_costs_its_bucket(
    files: Any, tmp_path: Path, told: Path
) -> None:
    put(files, made(tmp_path / "ws", told, 256))
    (damaged,) = (name for name in files.store if "/calls/bucket=03/" in name)
    content = files.cat_file(damaged)
    files.pipe_file(damaged, content[:-9] + b"x" + content[-8:])
    with Workers(1) as workers:
        summary = score_address(URL, executor=workers)
    ((name, reason),) = summary.unjudged.items()
    assert name == f"{URL}/*/bucket=03"
    assert reason.startswith(f"{URL}/calls/bucket=03/part-000001-003.parquet: is damaged")
    assert summary.runs == RUNS - 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("parts.json", None, "parts.json: there is no such file, by which"),
        ("parts.json", b"[]", "parts.json: not a list of files"),
        ("journal.json", b"{}", "journal.json: a change was begun on another machine"),
    ],
)
def test_what_cannot_be_worked_on_says_why(
    files: Any, tmp_path: Path, told: Path, name: str, content: bytes | None, message: str
) -> None:
    put(files, made(tmp_path / "ws", told, 1))
    if content is None:
        files.rm_file(f"/agents/shop/{name}")
    else:
        files.pipe_file(f"/agents/shop/{name}", content)
    with pytest.raises(InvalidInput) as caught:
        score(URL)
    assert str(caught.value).startswith(f"{URL}/{message}")
    assert at_address.is_workspace(URL)
