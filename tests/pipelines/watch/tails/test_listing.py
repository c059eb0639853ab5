"""Listing a directory or bucket: what may be read, and nothing that is known already."""

import os
from pathlib import Path

import fsspec
import pytest

from midspan.pipelines.watch.tails import listing, require_source
from midspan.pipelines.watch.tails.listing import is_worth_reading, listing_of
from midspan.scorers.errors import InvalidInput

RUN = "4f1c2ab0" * 4
NAMES = (
    f"{RUN}-0.otlp.jsonl",
    f"{RUN}-0.001.otlp.jsonl.part",
    f"{RUN}-0.result.json",
    "plan.jsonl",
    "session.jsonl.gz",
)
LEFT = ("notes.txt", "ws/workspace.json", "ws/plan.jsonl", ".hidden/plan.jsonl")


def spool(folder: Path) -> Path:
    for name in (*NAMES, *LEFT, "below/more.jsonl"):
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("{}\n")
    return folder


def test_the_files_of_a_directory(tmp_path: Path) -> None:
    found = {one.location.name: one for one in listing_of(str(spool(tmp_path)))(set())}

    assert sorted(found) == sorted([*NAMES, "more.jsonl"])
    settled = {name for name, one in found.items() if one.version == ""}
    assert settled == {f"{RUN}-0.otlp.jsonl", f"{RUN}-0.result.json"}


def test_a_bucket_gives_the_same(tmp_path: Path) -> None:
    spool(tmp_path)
    store = fsspec.filesystem("memory")
    store.rm("/listing", recursive=True) if store.exists("/listing") else None
    for path in tmp_path.rglob("*"):
        if path.is_file():
            store.pipe(f"/listing/{path.relative_to(tmp_path)}", path.read_bytes())

    of_directory = {one.location.name for one in listing_of(str(tmp_path))(set())}
    for source in ("memory://listing", f"file://{tmp_path}"):
        found = list(listing_of(source)(set()))
        assert {one.location.name for one in found} == of_directory
        assert {one.location.name for one in found if not one.version} == {
            f"{RUN}-0.otlp.jsonl",
            f"{RUN}-0.result.json",
        }
        known = {one.key for one in found}
        assert list(listing_of(source)(known)) == []


def test_a_bucket_that_has_nothing_yet_is_empty() -> None:
    assert list(listing_of("memory://nothing-yet")(set())) == []


def test_of_what_is_known_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1000):
        (tmp_path / f"{number:032x}-0.otlp.jsonl").write_text("{}\n")
    look = listing_of(str(tmp_path))
    known = {one.key for one in look(set())}
    (tmp_path / f"{RUN}-0.otlp.jsonl").write_text("{}\n")
    asked: list[str] = []
    real = listing._file

    def noted(entry: "os.DirEntry[str]") -> object:
        asked.append(entry.name)
        return real(entry)

    monkeypatch.setattr(listing, "_file", noted)
    assert [one.location.name for one in look(known)] == [f"{RUN}-0.otlp.jsonl"]
    assert asked == [f"{RUN}-0.otlp.jsonl"]


def test_what_may_be_anything_is_opened_to_know(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"a": 1}')
    (tmp_path / "spans.json").write_text('{"resourceSpans": []}')
    found = {one.location.name: is_worth_reading(one) for one in listing_of(str(tmp_path))(set())}

    assert found == {"config.json": False, "spans.json": True}


def test_a_directory_that_is_not_there_may_still_come(tmp_path: Path) -> None:
    later = tmp_path / "later"
    look = listing_of(str(later), may_come=True)
    assert list(look(set())) == []
    spool(later)
    assert len(list(look(set()))) == len(NAMES) + 1
    assert require_source(str(later), once=True) is None
    assert "is not there yet" in (require_source(str(tmp_path / "no"), once=False) or "")


def test_what_can_never_be_watched_is_an_error(tmp_path: Path) -> None:
    for once in (False, True):
        with pytest.raises(InvalidInput, match="is a file"):
            require_source(str(spool(tmp_path / "spool") / "plan.jsonl"), once=once)
        with pytest.raises(InvalidInput, match="nothing reads nonsense:// addresses"):
            require_source("nonsense://bucket/spool", once=once)
        with pytest.raises(InvalidInput, match="an MLflow cannot be watched"):
            require_source("mlflow+http://127.0.0.1:5000/shop", once=once)
        with pytest.raises(InvalidInput, match="has credentials in it"):
            require_source("phoenix+http://me:secret@127.0.0.1:6006/shop", once=once)
        with pytest.raises(InvalidInput, match="is a workspace"):
            require_source(str(tmp_path / "spool" / "ws"), once=once)
    with pytest.raises(InvalidInput, match="no such directory"):
        require_source(str(tmp_path / "no"), once=True)
