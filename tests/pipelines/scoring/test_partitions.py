"""Partitions judged elsewhere: the same rows as here, and one that fails costs no other."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

import polars as pl
import pytest

from midspan.pipelines import workspace as workspaces
from midspan.pipelines.engines import Executor, Workers
from midspan.pipelines.engines.executor import Result
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.otlp import Json, write
from tests.support.own_scorers import spans
from tests.support.workspaces import put, rows

RUNS = 6


def many() -> list[Json]:
    told = []
    for number in range(RUNS):
        told += spans(trace=number + 1, run_id=f"{number:030x}{number:02x}")
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("told") / "spans.jsonl", many())


def made(path: Path, told: Path, buckets: int) -> Workspace:
    workspace = Workspace.create(path, buckets=buckets)
    ingest([told], path)
    return workspace


def frames(workspace: Workspace) -> list[tuple[str, bytes]]:
    """The score files by name, and the bytes of their frames."""
    return [
        (
            str(part.relative_to(workspace.path)),
            pl.read_parquet(part, hive_partitioning=False).serialize(),
        )
        for part in workspace.parts("scores")
    ]


@pytest.mark.parametrize("buckets", [1, 256])
def test_workers_give_the_rows_and_files_that_one_process_gives(
    tmp_path: Path, told: Path, buckets: int
) -> None:
    alone = made(tmp_path / "alone", told, buckets)
    spread = made(tmp_path / "spread", told, buckets)
    seen: list[tuple[str, int, int]] = []
    expected = score_workspace(alone, steps=6)
    with Workers(2, apart=True) as workers:
        summary = score_workspace(
            spread, steps=6, executor=workers, progress=lambda *step: seen.append(step)
        )
    assert summary == expected
    assert frames(spread) == frames(alone)
    assert len({part for part, _ in frames(alone)}) > 2
    assert seen[-1] == ("scoring", RUNS, RUNS)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


class Failing:
    """Workers of this process to whom some tasks are impossible, for some time."""

    elsewhere = False

    def __init__(self, numbers: set[int], times: int) -> None:
        self.left = dict.fromkeys(numbers, times)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        pass

    def run(
        self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[int, Result]]:
        for number, (judging, partition) in enumerate(tasks):
            place = int(partition.chunk.buckets[0], 16) if len(tasks) else 0  # type: ignore[attr-defined]
            if self.left.get(place, 0) > 0:
                self.left[place] -= 1
                yield number, function(judging, None)
            else:
                yield number, function(judging, partition)


def test_rows_of_a_partition_that_fails_stay_and_the_others_are_replaced(
    tmp_path: Path, told: Path
) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    with Workers(1) as workers:
        score_workspace(workspace, steps=3, executor=workers)
    before = {part.parent.name: part for part in workspace.parts("scores")}
    executor: Executor = Failing({2}, times=9)
    summary = score_workspace(workspace, steps=3, executor=executor)
    after = {part.parent.name: part for part in workspace.parts("scores")}
    assert [name for name in after if after[name] == before[name]] == ["bucket=02"]
    ((name, reason),) = summary.unjudged.items()
    assert name == f"{workspace.path}/*/bucket=02"
    assert reason.startswith("AttributeError: ")
    assert (summary.runs, summary.gone) == (RUNS, ())
    assert not (workspace.path / ".unfinished").exists()
    whole = made(tmp_path / "whole", told, 256)
    score_workspace(whole)
    assert rows(workspace, "scores") == rows(whole, "scores")


def test_a_partition_is_tried_three_times(tmp_path: Path, told: Path) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    executor = Failing({2}, times=2)
    assert score_workspace(workspace, steps=3, executor=executor).unjudged == {}
    assert executor.left == {2: 0}


def test_old_rows_of_a_part_of_a_bucket_stay(tmp_path: Path, told: Path) -> None:
    workspace = made(tmp_path / "ws", told, 1)
    score_workspace(workspace)
    old = rows(workspace, "scores")

    class SecondFails(Failing):
        def run(
            self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
        ) -> Iterator[tuple[int, Result]]:
            for number, task in enumerate(tasks):
                is_second = task[1].chunk.after is not None and task[1].chunk.up_to is not None  # type: ignore[attr-defined]
                yield number, function(task[0], None if is_second else task[1])

    summary = score_workspace(workspace, steps=6, executor=SecondFails(set(), 0))
    (name,) = summary.unjudged
    assert name == (f"{workspace.path}/*/bucket=00 (runs after {1:030x}01 up to {3:030x}03)")
    assert rows(workspace, "scores") == old
    found = [pl.read_parquet(part)["run_id"].n_unique() for part in workspace.parts("scores")]
    assert found == [2, 2, 2]


def test_where_nothing_can_be_scored_nothing_changes(tmp_path: Path, told: Path) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    score_workspace(workspace)
    before = workspace.parts("scores")
    executor = Failing(set(range(RUNS)), times=9)
    with pytest.raises(SurroundingsError, match="nothing could be scored, and nothing was chang"):
        score_workspace(workspace, steps=3, executor=executor)
    assert workspace.parts("scores") == before


def test_a_partition_below_which_a_file_is_damaged(
    tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    score_workspace(workspace)
    part = workspace.parts("text")[3]
    content = bytearray(part.read_bytes())
    for place in range(len(content) // 4, len(content) // 2):
        content[place] ^= 0xFF
    part.write_bytes(content)
    # As of a table so large that it is not read through beforehand.
    monkeypatch.setattr(workspaces, "CHECKED_WHOLE", 0)
    old = rows(Workspace(workspace.path), "scores")
    with Workers(2, apart=True) as workers:
        summary = score_workspace(Workspace(workspace.path), steps=3, executor=workers)
    ((name, reason),) = summary.unjudged.items()
    assert name == f"{workspace.path}/*/bucket=03"
    assert f"{part}: is damaged, or was changed" in reason
    assert rows(Workspace(workspace.path), "scores") == old


def test_what_breaks_the_contract_is_told_before_anything_is_judged(
    tmp_path: Path, told: Path
) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    (part, *_) = workspace.parts("calls")
    stray = pl.read_parquet(part, hive_partitioning=False).with_columns(
        run_id=pl.lit("f" * 30 + "05")
    )
    put(workspace, "calls", stray, bucket="02")
    with pytest.raises(InvalidInput) as caught, Workers(2, apart=True) as workers:
        score_workspace(workspace, steps=3, executor=workers)
    assert "calls/bucket=02/part-000002-000.parquet: holds runs of other buckets" in str(
        caught.value
    )
    assert caught.value.fix == f"midspan compact {workspace.path}"
    assert workspace.parts("scores") == []


def test_an_interrupt_ends_it_and_leaves_the_rows(tmp_path: Path, told: Path) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    score_workspace(workspace)
    before = frames(workspace)

    def interrupt(stage: str, done: int, total: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), Workers(2, apart=True) as workers:
        score_workspace(workspace, steps=3, executor=workers, progress=interrupt)
    assert frames(workspace) == before
    assert not (workspace.path / ".unfinished").exists()
