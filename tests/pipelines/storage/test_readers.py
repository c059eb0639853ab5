"""Readers beside a writer: each sees the state before a change or the one after it, whole."""

import gc
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.stories import OTHER, story
from tests.support.otlp import write
from tests.support.workspaces import contents, ingested, rows

SECONDS = 3.0

WRITER = """
import sys, time
from pathlib import Path
import polars as pl
from midspan.pipelines.workspace import Workspace

workspace = Workspace(sys.argv[1])
until = time.monotonic() + float(sys.argv[2])
tables = {"runs": "experiment", "calls": "name", "spans": "name"}
first = {table: workspace.table(table).collect() for table in tables}
state = 0
while time.monotonic() < until:
    state += 1
    with workspace.writing() as scratch:
        generation = workspace.next_generation()
        moves, removed = {}, []
        for table, column in tables.items():
            written = scratch / f"{table}.parquet"
            first[table].with_columns(pl.lit(str(state)).alias(column)).write_parquet(written)
            target = workspace.path / table / "bucket=00" / f"part-{generation:06d}-000.parquet"
            moves[written] = target
            removed += workspace.parts(table)
        workspace.apply(moves=moves, removed=removed)
print(state)
"""


def seen(workspace: Workspace) -> set[tuple[str, ...]]:
    """Return what tables of one moment say of the moment; more than one thing if they differ."""
    tables = workspace.tables()
    frames = pl.collect_all(
        [
            tables.runs.select("experiment"),
            tables.calls.select(pl.col("name")),
            tables.spans.select(pl.col("name")),
        ]
    )
    assert [frame.height for frame in frames] == [2, 2, 8]
    return {tuple(frame.to_series().unique().to_list()) for frame in frames}


def test_readers_beside_a_writer_see_whole_states(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, [*story(), *story(trace=2, run_id=OTHER)])
    arguments = [sys.executable, "-c", WRITER, str(workspace.path), str(SECONDS)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        states = set()
        while writer.poll() is None:
            (state,) = _after_the_first(seen(Workspace(workspace.path)))
            states.add(state)
            (names,) = _after_the_first({tuple(_names(workspace))})
            states.add(names)
        assert writer.stdout is not None
        written = int(writer.stdout.read())
        assert writer.returncode == 0
    assert written > 5
    assert len(states) > 3, "it was read while it was written"
    with workspace.writing():
        pass
    assert len(list(workspace.path.rglob("runs/*/*.parquet"))) == 1, "nothing is left behind"


def _after_the_first(states: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return states with the one before the writer's first, which has many names, as one."""
    return {("0",)} if any(len(state) > 1 for state in states) else states


def _names(workspace: Workspace) -> list[str]:
    return Workspace(workspace.path).table("spans").collect()["name"].unique().to_list()


def test_files_of_a_frame_outlast_a_change_and_go_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midspan.pipelines.storage.locks.READERS_GIVEN", 0.0)
    workspace = ingested(tmp_path, story()[:3])
    frame = workspace.table("spans").filter(pl.col("kind") == "tool").select("span_id")
    (part,) = workspace.parts("spans")
    ingest([write(tmp_path / "late.jsonl", story()[3:])], workspace.path)
    assert part.exists()
    assert frame.collect().height == 1
    assert len(rows(workspace, "spans")) == 4, "what is superseded is not read"
    del frame
    gc.collect()
    ingest([write(tmp_path / "other.jsonl", story(trace=2, run_id=OTHER))], workspace.path)
    assert not part.exists()
    assert len(rows(workspace, "spans")) == 8


def test_a_writer_does_not_wait_for_frames_of_its_own(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, story())
    with workspace.writing() as scratch:
        tables = workspace.tables()
        (part,) = workspace.parts("runs")
        written = scratch / "runs.parquet"
        tables.runs.collect().write_parquet(written)
        workspace.apply(moves={written: part.with_name("part-000009-000.parquet")}, removed=[part])
        assert not part.exists(), "nobody else reads it"
    assert [part.name for part in workspace.parts("runs")] == ["part-000009-000.parquet"]


def test_a_change_under_way_elsewhere_is_no_reason_not_to_read(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, story())
    before = contents(workspace)
    with workspace.writing():
        (workspace.path / "journal.json").write_text('{"moves": {}, "removed": []}')
        assert contents(Workspace(workspace.path)) == before
        (workspace.path / "journal.json").unlink()


def test_a_change_that_cannot_be_finished_is_no_reason_not_to_read(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, story())
    before = contents(workspace)
    scratch = workspace.path / ".unfinished"
    scratch.mkdir()
    (scratch / "part.parquet").touch()
    (workspace.path / "scores").touch()  # a file where the folder belongs
    (workspace.path / "journal.json").write_text(
        '{"moves": {".unfinished/part.parquet": "scores/bucket=00/part-9-0.parquet"},'
        ' "removed": []}'
    )
    assert contents(Workspace(workspace.path)) == before
    (workspace.path / "scores").unlink()
    (workspace.path / "journal.json").unlink()
    assert ingest([write(tmp_path / "in" / "spans.jsonl", story())], workspace.path).files == 0


def test_what_cannot_be_moved_in_is_found_out_before_anything_is_decided(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, story())
    before = contents(workspace)
    (workspace.path / "scores").touch()
    with workspace.writing() as scratch:
        (scratch / "part.parquet").touch()
        target = workspace.path / "scores" / "bucket=00" / "part-000002-000.parquet"
        with pytest.raises(Exception, match="scores"):
            workspace.apply(moves={scratch / "part.parquet": target}, removed=[])
    assert not (workspace.path / "journal.json").exists()
    assert contents(Workspace(workspace.path)) == before
