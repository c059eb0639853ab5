"""The launches of one run: which of them is the run."""

from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import IngestSummary, ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.records import write_result
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.stories import counts, result, story
from tests.support.otlp import RUN, write
from tests.support.workspaces import contents, ingested, rows


def launches(directory: Path, *endings: str | None) -> tuple[IngestSummary, Workspace]:
    for launch, ending in enumerate(endings):
        spans = story(trace=launch + 1, second=100 * launch + 1)
        write(directory / "in" / f"{RUN}-{launch}.otlp.jsonl", spans)
        if ending is not None:
            write_result(directory / "in", result(launch=launch, ended_by=ending))
    summary = ingest([directory / "in"], directory / "ws")
    return summary, Workspace(directory / "ws")


def test_the_launch_after_one_that_the_platform_ended_is_the_run(tmp_path: Path) -> None:
    summary, workspace = launches(tmp_path, "platform", "exit")
    assert counts(summary) == (8, 4, 4, 0)
    assert rows(workspace, "runs", "launch", "trace_ids", "ended_by") == [
        (1, [f"{2:032x}"], "exit")
    ]
    assert rows(workspace, "calls", "call", "result") == [(0, "result 2")]


def test_a_later_launch_that_the_platform_ended_does_not_count(tmp_path: Path) -> None:
    summary, workspace = launches(tmp_path, "exit", "launch_failed")
    assert counts(summary) == (8, 4, 4, 0)
    assert rows(workspace, "runs", "launch", "ended_by") == [(0, "exit")]


def test_when_the_platform_ended_all_the_highest_counts(tmp_path: Path) -> None:
    _, workspace = launches(tmp_path, "platform", "platform")
    assert rows(workspace, "runs", "launch", "ended_by") == [(1, "platform")]


def test_without_records_the_highest_counts(tmp_path: Path) -> None:
    _, workspace = launches(tmp_path, None, None)
    assert rows(workspace, "runs", "launch", "ended_by") == [(1, None)]


def test_a_launch_that_comes_in_a_later_ingest_supersedes_the_stored_one(tmp_path: Path) -> None:
    first, second = story(trace=1), story(trace=2, second=100)
    for launch, spans in enumerate((first, second)):
        ingest([write(tmp_path / f"{RUN}-{launch}.otlp.jsonl", spans)], tmp_path / "ws")
    whole = ingested(tmp_path / "whole", second, file=f"{RUN}-1.otlp.jsonl")
    assert contents(Workspace(tmp_path / "ws")) == contents(whole)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 2, 1), (2, 0, 1)])
def test_the_manifest_adds_up_whatever_came_first(tmp_path: Path, order: tuple[int, ...]) -> None:
    for launch in order:
        spans = story(trace=launch + 1, second=100 * launch + 1)[: 2 + launch]
        ingest([write(tmp_path / f"{RUN}-{launch}.otlp.jsonl", spans)], tmp_path / "ws")
    lines = {
        line.file.removesuffix(".otlp.jsonl")[-1]: line for line in read_manifest(tmp_path / "ws")
    }
    last = max(order)
    assert {
        launch: (line.spans_in, line.kept, line.merged, line.quarantined)
        for launch, line in lines.items()
    } == {
        str(launch): (2 + launch, 2 + launch, 0, 0)
        if launch == last
        else (2 + launch, 0, 2 + launch, 0)
        for launch in order
    }
    assert len(rows(Workspace(tmp_path / "ws"), "spans")) == 2 + last


def test_a_superseded_span_that_came_twice_is_taken_off_where_it_was_kept(tmp_path: Path) -> None:
    first, later = story(), story(trace=2, second=100)
    ingest([write(tmp_path / "one" / f"{RUN}-0.otlp.jsonl", first[:3])], tmp_path / "ws")
    ingest([write(tmp_path / "two" / f"{RUN}-0.otlp.jsonl", first[2:])], tmp_path / "ws")
    assert [(line.kept, line.merged) for line in read_manifest(tmp_path / "ws")] == [(3, 0), (1, 1)]
    ingest([write(tmp_path / f"{RUN}-1.otlp.jsonl", later)], tmp_path / "ws")
    assert [(line.kept, line.merged) for line in read_manifest(tmp_path / "ws")] == [
        (0, 3),
        (0, 2),
        (4, 0),
    ]


def test_a_workspace_of_an_earlier_midspan_does_not_know_where_spans_came_from(
    tmp_path: Path,
) -> None:
    ingest([write(tmp_path / f"{RUN}-0.otlp.jsonl", story())], tmp_path / "ws")
    workspace = Workspace(tmp_path / "ws")
    (part,) = workspace.parts("text")
    earlier = pl.col("joins").str.replace(r',?"source":0', "")
    frame = pl.read_parquet(part).with_columns(earlier)
    assert "source" not in frame["joins"].str.join("").item()
    frame.write_parquet(part)
    (workspace.path / "parts.json").unlink()
    later = story(trace=2, second=100)
    ingest([write(tmp_path / f"{RUN}-1.otlp.jsonl", later)], tmp_path / "ws")
    assert [(line.kept, line.merged) for line in read_manifest(tmp_path / "ws")] == [(4, 0), (4, 0)]
    assert len(rows(workspace, "spans")) == 4
