"""Scoring on a real Ray: the rows of one process, from disk and from a bucket."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.engines import RayWorkers
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.workspace import Workspace
from tests.pipelines.scoring.test_partitions import RUNS, frames, made, told
from tests.support.fake_hub import FakeHub, fake_hub
from tests.support.workspaces import rows

__all__ = ["told"]

pytest.importorskip("ray")
pytestmark = pytest.mark.xdist_group("ray")

BUCKET = "me/agents"


@pytest.fixture(scope="module")
def ray_folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # sockets have short names
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "hub") as running:
        yield running


@pytest.mark.parametrize("buckets", [1, 256])
def test_the_rows_and_files_are_those_that_one_process_gives(
    tmp_path: Path, told: Path, buckets: int, ray_folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_TMPDIR", ray_folder)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    alone = made(tmp_path / "alone", told, buckets)
    spread = made(tmp_path / "spread", told, buckets)
    expected = score_workspace(alone, steps=6)
    with RayWorkers() as workers:
        assert score_workspace(spread, steps=6, executor=workers) == expected
    assert frames(spread) == frames(alone)
    assert len(frames(alone)) > 2


def test_a_bucket_of_the_hub_is_scored_from_the_command_line(
    tmp_path: Path, told: Path, hub: FakeHub, ray_folder: str
) -> None:
    workspace = made(tmp_path / "ws", told, 256)
    hub.buckets.create(BUCKET)
    hub.buckets.put(
        BUCKET,
        {
            f"shop/{path.relative_to(workspace.path)}": path.read_bytes()
            for path in workspace.path.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        },
    )
    address = f"hf://buckets/{BUCKET}/shop"
    done = subprocess.run(
        [
            Path(sys.executable).with_name("midspan"),
            *("score", address, "--engine", "ray"),
        ],
        env=hub.environment | {"RAY_TMPDIR": ray_folder, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=200,
    )
    summary = score_workspace(workspace)
    assert (done.returncode, done.stdout) == (
        0,
        f"{address}: {summary.rows:,} score rows of {RUNS} runs\n",
    ), done.stderr
    there = tmp_path / "fetched"
    for name in hub.buckets.paths(BUCKET):
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_bytes(hub.buckets.get(BUCKET, name))
    found = Workspace(there / "shop")
    assert rows(found, "scores") == rows(workspace, "scores")
    for part in found.parts("scores"):
        assert pl.read_parquet_metadata(part)["midspan.runs"] == "1"
    assert not list((there / "shop").glob(".lease*"))
