"""Files at addresses: listed, read as a stream, and known again without being read."""

import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.ingest.sources.remote import find_remote, is_remote
from midspan.pipelines.records import write_plan, write_result
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.ingest.stories import counts, planned, result, story
from tests.support.otlp import RUN, write
from tests.support.workspaces import contents, ingested, rows

SPOOLED = f"{RUN}-0.otlp.jsonl"


@pytest.fixture
def store() -> Iterator[Any]:
    """An empty store at memory://."""
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def put(store: Any, address: str, local: Path) -> str:
    store.pipe_file(address, local.read_bytes())
    return f"memory://{address}"


def test_a_folder_at_an_address_is_read_as_one_on_disk(store: Any, tmp_path: Path) -> None:
    local = write(tmp_path / "in" / SPOOLED, story())
    put(store, f"/bucket/spool/{SPOOLED}", local)
    put(store, "/bucket/spool/.hidden/other.jsonl", local)
    put(store, "/bucket/spool/readme.md", local)
    put(store, "/bucket/spool/old/workspace.json", local)
    put(store, "/bucket/spool/old/spans/part.jsonl", local)

    summary = ingest(["memory://bucket/spool"], tmp_path / "ws")

    assert (summary.files, counts(summary)) == (1, (4, 4, 0, 0))
    workspace = Workspace(tmp_path / "ws")
    assert contents(workspace) == contents(ingested(tmp_path / "once", story(), file=SPOOLED))
    assert [line.file for line in read_manifest(workspace.path)] == [
        f"memory:///bucket/spool/{SPOOLED}"
    ]


def test_a_file_is_passed_over_until_it_changes(store: Any, tmp_path: Path) -> None:
    told = story()
    address = put(store, "/b/a.jsonl", write(tmp_path / "one.jsonl", told[:2]))
    assert counts(ingest([address], tmp_path / "ws")) == (2, 2, 0, 0)
    again = ingest([address], tmp_path / "ws")
    assert (again.files, again.files_known) == (0, 1)

    put(store, "/b/a.jsonl", write(tmp_path / "two.jsonl", told))
    assert counts(ingest([address], tmp_path / "ws")) == (4, 2, 2, 0)


def test_records_beside_a_spool_file_are_read(store: Any, tmp_path: Path) -> None:
    address = put(store, f"/b/{SPOOLED}", write(tmp_path / SPOOLED, story()))
    put(store, f"/b/{RUN}-0.result.json", write_result(tmp_path, result(answer="39 EUR")))
    put(store, "/b/plan.jsonl", write_plan(tmp_path / "plan.jsonl", [planned(trial=4)]))
    ingest([address], tmp_path / "ws")
    assert rows(Workspace(tmp_path / "ws"), "runs", "answer", "task", "trial") == [
        ("39 EUR", "refund", 4)
    ]


def test_the_quarantine_names_the_address(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/bad.jsonl", b"no json\n")
    summary = ingest(["memory://b/bad.jsonl"], tmp_path / "ws")
    assert summary.rejected[0].startswith("memory:///b/bad.jsonl:1: no format that can be read")


def test_a_file_address_of_this_machine(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", story())
    assert counts(ingest([f"file://{file}"], tmp_path / "ws")) == (4, 4, 0, 0)


def test_memory_stays_bounded_as_content_is_read_in_pieces(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file("/b/a.jsonl", b"x" * 5_000_000)
    asked: list[int] = []
    kept = MemoryFileSystem.open

    def opened(self: Any, path: str, mode: str = "rb", **more: Any) -> Any:
        content = kept(self, path, mode, **more)

        class Counting(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                asked.append(-1 if size is None else size)
                return bytes(content.read(size))

        return Counting()

    monkeypatch.setattr(MemoryFileSystem, "open", opened)
    (_, (file,)) = find_remote("memory://b/a.jsonl")
    with file.open() as content:
        assert sum(len(line) for line in iter(lambda: content.read(1000), b"")) == 5_000_000
    assert 0 < max(asked) <= 2**20


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://nowhere", "memory://nowhere: no such file or directory"),
        ("memory://b/text", "memory://b/text: no files of spans at this address"),
        ("memory://b/empty.jsonl", "memory:///b/empty.jsonl: the file is empty: no spans to re"),
        ("nonsense://b", "nonsense://b: nothing reads nonsense:// addresses\nThere are hf://,"),
    ],
)
def test_what_is_not_there(store: Any, tmp_path: Path, address: str, message: str) -> None:
    store.pipe_file("/b/text/a.md", b"text")
    store.pipe_file("/b/empty.jsonl", b"")
    with pytest.raises(InvalidInput) as raised:
        ingest([address], tmp_path / "ws")
    assert str(raised.value).startswith(message)
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize(
    ("scheme", "package"), [("s3", "s3fs"), ("hf", "huggingface_hub"), ("gs", "gcsfs")]
)
def test_a_missing_package_is_named_with_the_command(
    tmp_path: Path, scheme: str, package: str
) -> None:
    try:
        importlib.import_module(package)
    except ImportError:
        with pytest.raises(InvalidInput) as raised:
            ingest([f"{scheme}://bucket/spool"], tmp_path / "ws")
        assert str(raised.value) == (
            f"{scheme}://bucket/spool: {scheme}:// needs a package that is not here\n"
            f"pip install {package}"
        )
    else:
        pytest.skip(f"{package} is installed here")


@pytest.mark.parametrize(
    ("error", "raised", "message"),
    [
        (FileNotFoundError("x"), InvalidInput, "memory://b: no such file or directory"),
        (PermissionError("denied"), SurroundingsError, "memory://b: not permitted: PermissionErr"),
        (RuntimeError("down"), SurroundingsError, "memory://b: cannot be read: RuntimeError: dow"),
    ],
)
def test_what_a_store_says_becomes_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, raised: type[Exception], message: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(MemoryFileSystem, "find", fail)
    with pytest.raises(raised, match=message):
        find_remote("memory://b")


def test_a_store_that_fails_while_it_is_read_is_named(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = put(store, "/b/a.jsonl", write(tmp_path / "a.jsonl", story()))

    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise RuntimeError("connection lost")

    monkeypatch.setattr(MemoryFileSystem, "open", lambda *_, **__: Broken())
    with pytest.raises(SurroundingsError, match="connection lost") as raised:
        ingest([address], tmp_path / "ws")
    assert str(raised.value).startswith("memory:///b/a.jsonl: cannot be read: RuntimeError")


def test_a_store_that_does_not_tell_versions_apart_is_refused(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file("/b/a.jsonl", b"{}")
    listed = {"/b/a.jsonl": {"name": "/b/a.jsonl", "size": 2, "type": "file"}}
    monkeypatch.setattr(MemoryFileSystem, "find", lambda *_, **__: listed)
    with pytest.raises(InvalidInput, match="does not say when its files change"):
        find_remote("memory://b")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s3://bucket/a", True),
        ("phoenix+http://host/p", True),
        ("spool/a.jsonl", False),
        ("/tmp/a://b", False),
        ("C:\\spool", False),
    ],
)
def test_what_is_an_address(path: str, expected: bool) -> None:
    assert is_remote(path) is expected
