"""A workspace in chunks of whole runs."""

from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.chunks import Chunk, Chunks
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import default_setting
from tests.support.otlp import Json, Story, call, write


def told(*run_ids: str) -> list[Json]:
    """Runs of three steps each: one LLM call, one tool call and the run itself."""
    spans: list[Json] = []
    for number, run_id in enumerate(run_ids, start=1):
        story = Story(trace=number, run_id=run_id)
        with story.agent():
            story.llm(call("look", {}, id="a"))
            story.tool("look", id="a")
        spans += story.spans
    return spans


def run_id(number: int, bucket: str = "00") -> str:
    return f"{number:030x}{bucket}"


def workspace(directory: Path, *run_ids: str, buckets: int) -> Workspace:
    made = Workspace.create(directory / "ws", buckets=buckets)
    ingest([write(directory / "spans.jsonl", told(*run_ids))], made.path)
    return made


def chunks(of: Workspace, steps: int) -> Chunks:
    return Chunks(of, default_setting(), steps=steps)


def test_small_buckets_are_judged_together_and_never_split(tmp_path: Path) -> None:
    ids = [run_id(n, bucket) for bucket in ("00", "01", "02") for n in range(2)]
    planned = chunks(workspace(tmp_path, *ids, buckets=256), steps=12)
    assert planned.runs == 6
    assert planned.every == [
        Chunk(buckets=("00", "01"), runs=4),
        Chunk(buckets=("02",), runs=2),
    ]


def test_a_large_bucket_is_split_between_runs_and_no_id_is_left_out(tmp_path: Path) -> None:
    ids = [run_id(n) for n in range(5)]
    planned = chunks(workspace(tmp_path, *ids, buckets=1), steps=6)
    assert planned.every == [
        Chunk(buckets=("00",), runs=2, up_to=run_id(1)),
        Chunk(buckets=("00",), runs=2, after=run_id(1), up_to=run_id(3)),
        Chunk(buckets=("00",), runs=1, after=run_id(3)),
    ]


@pytest.mark.parametrize("steps", [1, 6, 1_000])
def test_every_row_is_in_exactly_one_chunk(tmp_path: Path, steps: int) -> None:
    ids = [run_id(n, bucket) for bucket in ("00", "a1") for n in range(3)]
    of = workspace(tmp_path, *ids, buckets=256)
    planned = chunks(of, steps)
    for table in ("runs", "calls", "spans", "text"):
        found = [
            row["run_id"]
            for chunk in planned.every
            for row in getattr(planned.tables(chunk), table).collect().iter_rows(named=True)
        ]
        assert sorted(found) == sorted(of.table(table).collect()["run_id"])
    assert sum(chunk.runs for chunk in planned.every) == planned.runs == 6


def test_a_workspace_without_runs(tmp_path: Path) -> None:
    planned = chunks(Workspace.create(tmp_path / "ws"), 10)
    assert (planned.every, planned.runs) == ([], 0)
