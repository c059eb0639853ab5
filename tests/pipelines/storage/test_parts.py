"""What a workspace consists of: lost, damaged, closed and foreign files are told, never skipped."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.storage import parts
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, MidspanError, SurroundingsError
from tests.pipelines.ingest.stories import OTHER, story
from tests.support.otlp import write
from tests.support.workspaces import contents, ingested, rows

TABLES = ("spans", "text", "runs", "calls", "tools")


def told(directory: Path) -> Workspace:
    return ingested(directory, [*story()[:3], *story(trace=2, run_id=OTHER)])


def late(directory: Path) -> Path:
    return write(directory / "late.jsonl", story()[3:])


def remove(part: Path) -> None:
    part.unlink()


def cut_short(part: Path) -> None:
    part.write_bytes(part.read_bytes()[:-9])


def flip(part: Path) -> None:
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 0xFF
    part.write_bytes(content)


def replace_by_a_folder(part: Path) -> None:
    part.unlink()
    part.mkdir()


HARMS = {
    remove: "is missing",
    cut_short: "is damaged, or was changed by something other than midspan",
    flip: "is damaged, or was changed by something other than midspan",
    replace_by_a_folder: "Is a directory",
}


@pytest.mark.parametrize("table", ["spans", "text", "runs", "calls", "quarantine"])
@pytest.mark.parametrize(("harm", "message"), HARMS.items(), ids=lambda each: str(each)[:15])
def test_a_part_that_is_not_as_it_was_written(
    tmp_path: Path, table: str, harm: Callable[[Path], None], message: str
) -> None:
    workspace = told(tmp_path)
    if table == "quarantine":
        ingest([write(tmp_path / "bad.jsonl", [{"traceId": "x"}])], workspace.path)
    (part,) = workspace.parts(table)
    harm(part)
    for reopened in (workspace, Workspace(workspace.path)):
        with pytest.raises(MidspanError) as caught:
            reopened.table(table)
        assert str(caught.value).startswith(f"{part}: {message}")
        assert "\n" in str(caught.value), "what mends it"


@pytest.mark.parametrize("harm", [remove, cut_short, flip])
@pytest.mark.parametrize("table", ["spans", "text", "runs", "calls"])
def test_late_spans_do_not_make_a_loss_final(
    tmp_path: Path, table: str, harm: Callable[[Path], None]
) -> None:
    workspace = told(tmp_path)
    before = contents(workspace)
    (part,) = workspace.parts(table)
    kept = part.read_bytes()
    harm(part)
    with pytest.raises(InvalidInput, match=part.name):
        ingest([late(tmp_path)], workspace.path)
    part.write_bytes(kept)
    assert contents(workspace) == before
    ingest([late(tmp_path)], workspace.path)
    whole = ingested(tmp_path / "whole", [*story(), *story(trace=2, run_id=OTHER)])
    assert contents(workspace) == contents(whole)


@pytest.mark.parametrize("name", ["tools.parquet", "results.jsonl", "plan.jsonl", "manifest.jsonl"])
@pytest.mark.parametrize("harm", [remove, cut_short])
def test_what_stands_beside_the_tables_is_on_the_list_too(
    tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plan.jsonl").write_text(
        json.dumps({"run_id": OTHER, "experiment": "shop", "task": "refund"})
    )
    (tmp_path / "in" / f"{OTHER}-0.result.json").write_text(
        json.dumps({"run_id": OTHER, "ended_by": "exit"})
    )
    write(tmp_path / "in" / "spans.jsonl", story()[:3])
    ingest([tmp_path / "in"], tmp_path / "ws")
    harm(tmp_path / "ws" / name)
    with pytest.raises(InvalidInput, match=name):
        ingest([late(tmp_path)], tmp_path / "ws")


def test_a_folder_that_cannot_be_listed_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = told(tmp_path)
    listdir = os.listdir

    def closed(path: Path) -> list[str]:
        if Path(path).name == "calls":
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", closed)
    with pytest.raises(SurroundingsError, match="calls: Permission denied\nSee who may"):
        workspace.table("calls")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_part_that_may_not_be_read(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    part.chmod(0)
    with pytest.raises(SurroundingsError, match=f"{part.name}: Permission denied"):
        workspace.table("calls")


def test_a_file_that_midspan_did_not_write(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    copy = part.with_name("copy of a part.parquet")
    copy.write_bytes(part.read_bytes())
    with pytest.raises(InvalidInput) as caught:
        workspace.table("calls")
    assert str(caught.value) == (
        f"{copy}: midspan did not write this file\nMove it out of the workspace. "
        f"To take it in as it is, remove {workspace.path}/parts.json."
    )
    copy.unlink()
    assert len(rows(workspace, "calls")) == 2


def test_removing_the_list_takes_the_files_as_they_are(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    part.unlink()
    (workspace.path / "parts.json").unlink()
    assert rows(workspace, "calls") == []
    assert len(rows(workspace, "runs")) == 2


def test_a_workspace_of_an_earlier_midspan_has_a_list_from_its_next_writer_on(
    tmp_path: Path,
) -> None:
    workspace = told(tmp_path)
    before = contents(workspace)
    (workspace.path / "parts.json").unlink()
    earlier = Workspace(workspace.path)
    assert contents(earlier) == before
    ingest([late(tmp_path)], workspace.path)
    listed = parts.read_list(workspace.path)
    assert listed is not None
    assert {name.split("/")[0] for name in listed.parts} == {*TABLES[:4], "manifest.jsonl"} | {
        "tools.parquet"
    }
    assert sorted(each["run_id"] for each in workspace.table("runs").collect().to_dicts())


@pytest.mark.parametrize("harm", [cut_short, replace_by_a_folder])
def test_a_damaged_part_is_not_taken_onto_the_list(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    (workspace.path / "parts.json").unlink()
    harm(part)
    with pytest.raises(MidspanError, match=part.name):
        workspace.table("calls")
    with pytest.raises(MidspanError, match=part.name):
        ingest([late(tmp_path)], workspace.path)


@pytest.mark.parametrize("content", ["", "[]", '{"parts": {"a": 5}}'])
def test_a_damaged_list_says_so(tmp_path: Path, content: str) -> None:
    workspace = told(tmp_path)
    (workspace.path / "parts.json").write_text(content)
    with pytest.raises(InvalidInput, match=r"parts\.json: not a list of a workspace's files"):
        workspace.table("calls")


def test_the_list_names_what_there_is(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    ingest([late(tmp_path)], workspace.path)
    listed = json.loads((workspace.path / "parts.json").read_text())
    found = {str(part.relative_to(workspace.path)) for part in workspace.path.rglob("*.parquet")}
    assert found == {name for name in listed["parts"] if name.endswith(".parquet")}
    for name, part in listed["parts"].items():
        assert part["size"] == (workspace.path / name).stat().st_size


def test_damage_that_leaves_the_size_is_told_as_such(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    flip(part)
    with pytest.raises(InvalidInput, match=r"other than midspan \(its content differs\)"):
        Workspace(workspace.path).table("calls")


def test_scores_of_a_damaged_workspace_stay(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    score_workspace(workspace)
    before = rows(workspace, "scores")
    (part,) = workspace.parts("calls")
    kept = part.read_bytes()
    cut_short(part)
    with pytest.raises(InvalidInput, match=part.name):
        score_workspace(workspace)
    part.write_bytes(kept)
    assert rows(workspace, "scores") == before


def test_a_large_table_is_read_through_before_its_rows_are_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midspan.pipelines.workspace.CHECKED_WHOLE", 0)
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    kept = part.read_bytes()
    flip(part)
    workspace.table("runs")
    for change in (lambda: ingest([late(tmp_path)], workspace.path), _score(workspace)):
        with pytest.raises(InvalidInput, match=f"{part.name}: is damaged"):
            change()
    part.write_bytes(kept)
    assert workspace.table("calls").collect().height == 2


def _score(workspace: Workspace) -> Callable[[], object]:
    return lambda: score_workspace(workspace)


def test_rows_of_a_part_are_those_of_the_file(tmp_path: Path) -> None:
    workspace = told(tmp_path)
    (part,) = workspace.parts("calls")
    assert workspace.read_part(part).equals(pl.read_parquet(part))
