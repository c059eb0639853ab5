"""Files that a midspan of another version could make nothing of are tried again."""

from pathlib import Path

import pytest

from midspan.pipelines.ingest import spill
from midspan.pipelines.ingest.ingest import IngestSummary, ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.stories import counts, story
from tests.support.otlp import write, write_text
from tests.support.workspaces import contents, ingested, rows


def read(directory: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> IngestSummary:
    monkeypatch.setattr("midspan.pipelines.ingest.manifest.READER", version)
    monkeypatch.setattr("midspan.pipelines.ingest.known.READER", version)
    return ingest([directory / "in"], directory / "ws")


def test_a_file_that_was_quarantined_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "in" / "spans.jsonl", story())
    with monkeypatch.context() as patch:
        patch.setattr(spill, "normalise", _cannot)
        first = read(tmp_path, "1", monkeypatch)
        assert counts(first) == (4, 0, 0, 4)
        assert counts(read(tmp_path, "1", monkeypatch)) == (0, 0, 0, 0)
        assert counts(read(tmp_path, "2", monkeypatch)) == (4, 0, 0, 4)
        assert len(rows(Workspace(tmp_path / "ws"), "quarantine")) == 4
    assert counts(read(tmp_path, "2", monkeypatch)) == (0, 0, 0, 0)
    assert counts(read(tmp_path, "3", monkeypatch)) == (4, 4, 0, 0)
    workspace = Workspace(tmp_path / "ws")
    assert rows(workspace, "quarantine") == []
    assert contents(workspace) == contents(ingested(tmp_path / "whole", story()))
    lines = [line for line in read_manifest(workspace.path) if line.spans_in]
    assert [(line.file, line.spans_in, line.kept) for line in lines] == [(str(file), 4, 4)]
    assert counts(read(tmp_path, "4", monkeypatch)) == (0, 0, 0, 0)


def test_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "in" / "plan.jsonl", '{"run_id": "short"}')
    assert counts(read(tmp_path, "1", monkeypatch)) == (1, 0, 0, 1)
    assert counts(read(tmp_path, "1", monkeypatch)) == (0, 0, 0, 0)
    assert counts(read(tmp_path, "2", monkeypatch)) == (1, 0, 0, 1)
    assert len(rows(Workspace(tmp_path / "ws"), "quarantine")) == 1


def _cannot(*_: object) -> None:
    raise ValueError("no such dialect yet")
