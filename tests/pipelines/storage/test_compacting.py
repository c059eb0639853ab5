"""Compaction: the same rows in fewer files, what is broken mended, and nothing by halves."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.storage import rewriting
from midspan.pipelines.storage.changing import UNFINISHED
from midspan.pipelines.storage.compacting import CompactSummary, compact
from midspan.pipelines.storage.contract import broken, require_contract
from midspan.pipelines.storage.parts import write_part
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.otlp import Json, write
from tests.support.own_scorers import spans
from tests.support.workspaces import Rows, contents, rows

TABLES = ("spans", "text", "runs", "calls", "scores")


def told(numbers: range, bucket: str | None = None) -> list[Json]:
    """Runs whose ids end with their numbers, or with a bucket."""
    found = []
    for number in numbers:
        found += spans(trace=number + 1, run_id=f"{number:030x}{bucket or f'{number:02x}'}")
    return found


def in_files(path: Path, *, buckets: int, files: int = 3, runs: int = 4) -> Workspace:
    """A workspace of several files a table: each ingest adds one a bucket."""
    made = Workspace.create(path, buckets=buckets)
    for number in range(files):
        ids = range(number * runs, (number + 1) * runs)
        ingest([write(path.parent / f"{path.name}-{number}.jsonl", told(ids))], path)
    score_workspace(made)
    return made


def everything(workspace: Workspace) -> dict[str, Any]:
    private = workspace.files("text").sort("run_id", "trace_id", "span_id").collect()
    return {**contents(workspace), "scores": rows(workspace, "scores"), "private": private.rows()}


def files(workspace: Workspace) -> dict[str, int]:
    return {table: len(workspace.parts(table)) for table in TABLES}


@pytest.mark.parametrize("rows_at_once", [None, 3])
@pytest.mark.parametrize("before", [1, 256])
@pytest.mark.parametrize("after", [None, 1, 256])
def test_the_same_rows_in_one_sorted_file_a_bucket(
    tmp_path: Path,
    before: int,
    after: int | None,
    rows_at_once: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if rows_at_once:  # so that rows go by pieces, of which there are many
        monkeypatch.setattr(rewriting, "ROWS", {})
        monkeypatch.setattr(rewriting, "MORE_ROWS", rows_at_once)
    workspace = in_files(tmp_path / "ws", buckets=before)
    had = everything(workspace)
    summary = compact(workspace, buckets=after)
    assert everything(workspace) == everything(Workspace(workspace.path)) == had
    expected = 12 if (after or before) == 256 else 1
    assert files(workspace) == dict.fromkeys(TABLES, expected)
    assert Workspace(workspace.path).buckets == (after or before)
    assert list(broken(workspace, TABLES)) == []
    assert [(c.rows, c.rows_after) for c in summary.tables.values()] == [
        (count := workspace.table(t).collect().height, count) for t in summary.tables
    ]
    assert not compact(workspace, buckets=after).changes
    # What comes after goes on as ever.
    ingest([write(tmp_path / "more.jsonl", told(range(40, 41)))], workspace.path)
    score_workspace(workspace)
    assert workspace.table("runs").collect().height == 13
    require_contract(workspace)


class TestMending:
    def run_in_two_buckets(self, workspace: Workspace) -> str:
        (first, *_) = workspace.parts("spans")
        return self._moved(workspace, first, first.parent.with_name("bucket=ee") / first.name)

    def rows_out_of_order(self, workspace: Workspace) -> str:
        (first, *_) = workspace.parts("spans")
        return self._rewritten(workspace, first, lambda frame: frame.reverse(), footer=True)

    def no_footer(self, workspace: Workspace) -> str:
        (first, *_) = workspace.parts("calls")
        return self._rewritten(workspace, first, lambda frame: frame, footer=False)

    def a_run_in_two_files(self, workspace: Workspace) -> str:
        (first, *_) = workspace.parts("spans")
        frame = pl.read_parquet(first, hive_partitioning=False)
        other = first.with_name("part-000900-000.parquet")
        self._rewritten(workspace, first, lambda whole: whole.head(1), footer=True)
        with workspace.writing() as scratch:
            write_part(frame.slice(1), scratch / "rest")
            workspace.apply(moves={scratch / "rest": other}, removed=[])
        return f"{other.name}: holds run"

    @pytest.mark.parametrize(
        "harm", ["run_in_two_buckets", "rows_out_of_order", "no_footer", "a_run_in_two_files"]
    )
    def test_what_is_broken_is_refused_with_the_fix_and_mended(
        self, tmp_path: Path, harm: str
    ) -> None:
        workspace = in_files(tmp_path / "ws", buckets=256)
        had = everything(workspace)
        why = getattr(self, harm)(workspace)
        with pytest.raises(InvalidInput) as caught:
            require_contract(workspace)
        assert why in str(caught.value)
        assert caught.value.fix == f"midspan compact {workspace.path}"
        dry = compact(workspace, dry_run=True)
        assert dry.changes
        with pytest.raises(InvalidInput):
            require_contract(workspace)
        done = compact(workspace)
        assert [table.wrong for table in done.tables.values() if table.wrong] == [
            table.wrong for table in dry.tables.values() if table.wrong
        ]
        require_contract(workspace)
        assert everything(workspace) == had

    def test_what_cannot_be_told_apart_is_left(self, tmp_path: Path) -> None:
        workspace = in_files(tmp_path / "ws", buckets=1, files=1)
        (part,) = workspace.parts("runs")
        self._rewritten(workspace, part, lambda frame: pl.concat([frame, frame]), footer=True)
        had = everything(workspace)
        with pytest.raises(InvalidInput, match=r"two rows of run .* have the same run_id"):
            compact(workspace)
        assert everything(workspace) == had
        assert not (workspace.path / UNFINISHED).exists()

    def _moved(self, workspace: Workspace, part: Path, to: Path) -> str:
        with workspace.writing() as scratch:
            (scratch / "part").write_bytes(part.read_bytes())
            workspace.apply(moves={scratch / "part": to}, removed=[part])
        return f"bucket=ee/{part.name}: holds runs of other buckets"

    def _rewritten(self, workspace: Workspace, part: Path, how: Any, *, footer: bool) -> str:
        frame = how(pl.read_parquet(part, hive_partitioning=False))
        to = part.with_name("part-000800-000.parquet")
        with workspace.writing() as scratch:
            if footer:
                write_part(frame, scratch / "part")
            else:
                frame.write_parquet(scratch / "part")
            workspace.apply(moves={scratch / "part": to}, removed=[part])
        return f"{to.name}: " + (
            "is not sorted by run_id" if footer else "does not say which contract"
        )


def test_a_dry_run_changes_nothing_and_counts_alike(tmp_path: Path) -> None:
    workspace = in_files(tmp_path / "ws", buckets=1)
    had = sorted(path for path in workspace.path.rglob("*") if path.is_file())
    dry = compact(workspace, buckets=256, dry_run=True)
    assert sorted(path for path in workspace.path.rglob("*") if path.is_file()) == had
    assert workspace.buckets == 1
    assert compact(workspace, buckets=256) == dry
    assert isinstance(dry, CompactSummary)


def test_rows_of_the_quarantine_come_together(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    for number in range(3):
        bad = tmp_path / f"bad-{number}.jsonl"
        bad.write_text(f"no json {number}\n")
        file = write(tmp_path / f"good-{number}.jsonl", told(range(number, number + 1)))
        ingest([bad, file], workspace.path)
    had = rows(workspace, "quarantine")
    compact(workspace)
    assert len(workspace.parts("quarantine")) == 1
    assert len(had) == 3
    assert rows(workspace, "quarantine") == had


def test_a_writer_beside_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midspan.pipelines.storage.locks.WRITERS_GIVEN", 0.0)
    workspace = in_files(tmp_path / "ws", buckets=1)
    other = Workspace(workspace.path)
    with workspace.writing(), pytest.raises(SurroundingsError, match="is writing here"):
        compact(other)


def test_a_workspace_that_was_opened_before_writes_into_the_buckets_of_now(tmp_path: Path) -> None:
    workspace = in_files(tmp_path / "ws", buckets=1)
    opened_before = Workspace(workspace.path)
    compact(workspace, buckets=256)
    score_workspace(opened_before)
    assert len(opened_before.parts("scores")) == 12


KILLED = """
import os
from pathlib import Path
from midspan.pipelines.storage.compacting import compact
from midspan.pipelines.workspace import Workspace

done, move, unlink, pwrite = 0, Path.replace, Path.unlink, os.pwrite

def killed_after(act):
    def call(*arguments, **named):
        global done
        if done == {steps}:
            os._exit(9)
        done += 1
        return act(*arguments, **named)
    return call

Path.replace, Path.unlink, os.pwrite = map(killed_after, (move, unlink, pwrite))
compact(Workspace({workspace!r}), buckets={buckets})
"""


@pytest.mark.parametrize(("before", "after"), [(1, 256), (256, 1)])
def test_killed_at_any_step_no_row_is_lost_and_the_next_command_works(
    tmp_path: Path, before: int, after: int
) -> None:
    had: dict[str, Rows] | None = None
    for steps in (0, 1, 2, 5, 8, 12, 15, 18, 24, 1000):
        workspace = in_files(tmp_path / f"ws-{steps}", buckets=before, files=2, runs=2)
        had = had or contents(workspace)
        code = KILLED.format(steps=steps, workspace=str(workspace.path), buckets=after)
        ended = subprocess.run([sys.executable, "-c", code], check=False).returncode
        found = Workspace(workspace.path)
        assert contents(found) == had
        assert found.buckets in (before, after)
        compact(found, buckets=after)
        assert contents(found) == had
        assert files(found) == dict.fromkeys(TABLES, 4 if after == 256 else 1)
        assert not (found.path / UNFINISHED).exists()
    assert ended == 0


def test_a_reader_keeps_the_files_that_it_reads(tmp_path: Path) -> None:
    workspace = in_files(tmp_path / "ws", buckets=1)
    frame = Workspace(workspace.path).table("spans")
    compact(workspace, buckets=256)
    assert frame.collect().height == workspace.table("spans").collect().height
