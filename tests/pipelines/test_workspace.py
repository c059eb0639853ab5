"""Workspaces: opened, refused, and locked."""

import fcntl
import json
import os
from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
from midspan.scorers.tables import ALL
from tests.support.otlp import Story, write
from tests.support.workspaces import ingested, late_spans, rows


class TestOpening:
    def test_a_new_workspace_has_every_table_empty(self, tmp_path: Path) -> None:
        workspace = Workspace.create(tmp_path / "new" / "ws")
        assert json.loads((workspace.path / "workspace.json").read_text()) == {
            "contract": 1,
            "buckets": 1,
        }
        for name, table in ALL.items():
            assert workspace.table(name).collect().equals(table.empty())

    def test_private_columns_of_the_files_are_not_in_the_tables(self, tmp_path: Path) -> None:
        workspace = ingested(tmp_path, late_spans()[0])
        assert workspace.table("text").collect_schema() == ALL["text"].schema
        assert "joins" in workspace.files("text").collect_schema()

    def test_an_existing_workspace_keeps_its_buckets(self, tmp_path: Path) -> None:
        Workspace.create(tmp_path / "ws", buckets=256)
        assert Workspace.create(tmp_path / "ws", buckets=1).buckets == 256

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (None, "ws: not a workspace (no workspace.json)"),
            ("", "not a workspace file"),
            ("[]", "not a workspace file"),
            ('{"contract": 1}', "not a workspace file"),
            ('{"contract": 1, "buckets": 7}', "Invalid enum value 7 - at `$.buckets`"),
            ('{"contract": 1, "buckets": "1"}', "Expected `int`, got `str` - at `$.buckets`"),
            ('{"contract": 2, "buckets": 1}', "has contract 2; this midspan reads 1"),
        ],
    )
    def test_what_is_no_workspace_says_why(
        self, tmp_path: Path, text: str | None, message: str
    ) -> None:
        (tmp_path / "ws").mkdir()
        if text is not None:
            (tmp_path / "ws" / "workspace.json").write_text(text)
        with pytest.raises(InvalidInput) as caught:
            Workspace(tmp_path / "ws")
        assert message in str(caught.value)

    def test_nothing_is_made_among_other_files(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()
        with pytest.raises(InvalidInput, match="is not empty and not a workspace"):
            Workspace.create(tmp_path)
        with pytest.raises(InvalidInput, match=r"notes\.txt: is a file"):
            Workspace.create(tmp_path / "notes.txt")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt"]

    def test_an_unknown_table_lists_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no such table: steps; there are spans, text"):
            Workspace.create(tmp_path / "ws").table("steps")

    def test_files_say_contract_and_runs(self, tmp_path: Path) -> None:
        workspace = ingested(tmp_path, late_spans()[0])
        for name in ("spans", "text", "calls", "runs"):
            (part,) = workspace.parts(name)
            metadata = pl.read_parquet_metadata(part)
            assert (metadata["midspan.contract"], metadata["midspan.runs"]) == ("1", "1")


class TestOneWriter:
    def test_a_second_writer_is_refused(self, tmp_path: Path) -> None:
        workspace = ingested(tmp_path, late_spans()[0])
        with (workspace.path / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with (
                pytest.raises(SurroundingsError, match="another midspan command is writing"),
                workspace.writing(seconds=0),
            ):
                pass

    def test_a_lock_file_that_was_left_behind_holds_nobody_up(self, tmp_path: Path) -> None:
        first, second = late_spans()
        workspace = ingested(tmp_path, first)
        assert (workspace.path / ".lock").exists()
        assert ingest([write(tmp_path / "late.jsonl", second)], workspace.path).kept == 1


@pytest.mark.parametrize(("buckets", "expected"), [(1, ["00", "00"]), (256, ["2a", "ff"])])
def test_a_run_and_its_rows_stand_in_one_bucket(
    tmp_path: Path, buckets: int, expected: list[str]
) -> None:
    workspace = Workspace.create(tmp_path / "ws", buckets=buckets)
    runs = pl.DataFrame({"run_id": [f"{0x2A:032x}", "f" * 32]})
    assert runs.with_columns(bucket=workspace.bucket_column())["bucket"].to_list() == expected
    assert [workspace.bucket_of(run_id) for run_id in runs["run_id"]] == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_a_matter_of_the_surroundings(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, late_spans()[0])
    workspace.path.chmod(0o500)
    try:
        with pytest.raises(SurroundingsError, match="Permission denied"), workspace.writing():
            pass
        assert len(rows(workspace, "calls")) == 1, "it can still be read"
    finally:
        workspace.path.chmod(0o700)


def test_the_error_of_a_second_writer_ends_with_the_code_of_the_surroundings() -> None:
    assert SurroundingsError("x").exit_code is Exit.SURROUNDINGS


@pytest.mark.parametrize("name", ["ws[1]", "run?", "file:x", "a*b"])
def test_names_that_look_like_patterns_or_addresses(tmp_path: Path, name: str) -> None:
    (tmp_path / "run1").mkdir()
    story = Story()
    story.llm(text="hello")
    workspace = ingested(tmp_path / name, story.spans)
    assert workspace.table("spans").collect().height == 1
