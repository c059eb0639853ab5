"""`midspan compact`: what it says, and what it leaves."""

import json
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import write
from tests.support.own_scorers import spans


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for number in range(3):
        told = spans(trace=number + 1, run_id=f"{number:032x}")
        ingest([write(tmp_path / f"{number}.jsonl", told)], tmp_path / "shop")
    return tmp_path / "shop"


def test_rows_and_files_are_counted_before_and_after(midspan: Midspan, shop: Path) -> None:
    said = (
        "spans: 9 rows in 3 files -> 9 rows in 1 file\n"
        "text: 9 rows in 3 files -> 9 rows in 1 file\n"
        "runs: 3 rows in 3 files -> 3 rows in 1 file\n"
        "calls: 3 rows in 3 files -> 3 rows in 1 file\n"
    )
    assert midspan("compact", shop, "--dry-run") == (0, f"{said}nothing was changed\n", "")
    assert midspan("compact", shop) == (0, said, "")
    nothing = "nothing to do: each bucket of each table is one sorted file\n"
    assert midspan("compact", shop) == (0, nothing, "")
    done = midspan("compact", shop, "--buckets", 256)
    assert done.out.startswith("buckets: 1 -> 256\nspans: 9 rows in 1 file -> 9 rows in 3 files\n")
    assert json.loads(midspan("compact", shop, "--json").out)["buckets"] == 256


def test_what_was_mended_is_told(midspan: Midspan, shop: Path) -> None:
    workspace = Workspace(shop)
    (part, *_) = workspace.parts("calls")
    with workspace.writing() as scratch:
        (scratch / "part").write_bytes(part.read_bytes())
        to = part.parent.with_name("bucket=07") / part.name
        workspace.apply(moves={scratch / "part": to}, removed=[part])
    told = f"calls/bucket=07/{part.name} holds runs of other buckets\n"
    assert midspan("compact", shop, "--dry-run").err == f"to mend: {told}"
    assert midspan("compact", shop).err == f"mended: {told}"


def test_a_run_that_stands_there_twice_is_told_by_all(midspan: Midspan, shop: Path) -> None:
    workspace = Workspace(shop)
    (part, *_) = workspace.parts("runs")
    with workspace.writing() as scratch:
        (scratch / "part").write_bytes(part.read_bytes())
        to = part.parent.with_name("bucket=07") / part.name
        workspace.apply(moves={scratch / "part": to}, removed=[])
    for words in (("--dry-run",), ()):
        done = midspan("compact", shop, *words)
        assert (done.code, "which of them holds cannot be told" in done.err) == (2, True)
    done = midspan("score", shop)
    assert (done.code, done.out) == (2, "")
    assert f"{to}: holds runs of other buckets" in done.err
    assert f"midspan compact {shop}" in done.err


def test_what_cannot_be_done_says_so(midspan: Midspan, shop: Path) -> None:
    done = midspan("compact", shop.parent / "nowhere")
    assert (done.code, "not a workspace" in done.err) == (2, True)
    assert midspan("compact", shop, "--buckets", 7).code == 2
