"""Small files come together, so that their number grows with the logarithm of what is stored."""

from pathlib import Path

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.storage.contract import require_contract
from midspan.pipelines.storage.small_parts import merge_small_parts
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import write
from tests.support.own_scorers import spans
from tests.support.workspaces import contents


def grown(directory: Path, batches: int, *, merged: bool) -> Workspace:
    workspace = Workspace.create(directory / "ws")
    for number in range(batches):
        told = spans(trace=number + 1, run_id=f"{number:032x}")
        ingest([write(directory / f"{number}.jsonl", told)], workspace.path)
        if merged:
            merge_small_parts(workspace)
    return workspace


def test_the_rows_stay_and_the_files_become_fewer(tmp_path: Path) -> None:
    plain = grown(tmp_path / "plain", 20, merged=False)
    merged = grown(tmp_path / "merged", 20, merged=True)
    assert contents(merged) == contents(plain)
    assert len(plain.parts("spans")) == 20
    assert len(merged.parts("spans")) < 8
    require_contract(merged)
    assert merge_small_parts(merged) == 0


def test_large_files_are_left_alone_and_none_is_made(tmp_path: Path) -> None:
    workspace = grown(tmp_path, 9, merged=False)
    size = max(part.stat().st_size for part in workspace.parts("spans"))
    merge_small_parts(workspace, largest=size * 3)
    made = [part for part in workspace.parts("spans") if "-m" in part.name]
    assert len(made) == 1
    assert len(workspace.parts("spans")) == 7, "three of nine became one"
    assert merge_small_parts(workspace, largest=10) == 0
