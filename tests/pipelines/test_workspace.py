"""Workspaces: opened, refused, locked, and whole again after whoever wrote was killed."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import UNFINISHED, Workspace
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
from midspan.scorers.tables import ALL
from tests.support.otlp import Story, write
from tests.support.workspaces import contents, ingested, rows


def late_spans() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    story = Story()
    with story.agent(output="done"):
        story.tool("look")
        story.tool("look")
    return story.spans[:2], story.spans[2:]


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

    def test_unfinished_files_are_gone_after_a_writer_and_after_its_failure(
        self, tmp_path: Path
    ) -> None:
        workspace = Workspace.create(tmp_path / "ws")
        with workspace.writing() as scratch:
            assert scratch == workspace.path / UNFINISHED
            (scratch / "spans.parquet").touch()
        with pytest.raises(ZeroDivisionError), workspace.writing() as scratch:
            _fail_after_writing(scratch / "spans.parquet")
        assert not (workspace.path / UNFINISHED).exists()


@pytest.mark.parametrize(("buckets", "expected"), [(1, ["00", "00"]), (256, ["2a", "ff"])])
def test_a_run_and_its_rows_stand_in_one_bucket(
    tmp_path: Path, buckets: int, expected: list[str]
) -> None:
    workspace = Workspace.create(tmp_path / "ws", buckets=buckets)
    runs = pl.DataFrame({"run_id": [f"{0x2A:032x}", "f" * 32]})
    assert runs.with_columns(bucket=workspace.bucket_column())["bucket"].to_list() == expected
    assert [workspace.bucket_of(run_id) for run_id in runs["run_id"]] == expected


def _fail_after_writing(path: Path) -> None:
    assert list(path.parent.iterdir()) == []
    path.touch()
    raise ZeroDivisionError


KILLED = """
import os
from pathlib import Path
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace

done, move, unlink = 0, Path.replace, Path.unlink

def killed_after(act):
    def call(path, *arguments, **named):
        global done
        if done == {steps}:
            os._exit(9)
        done += 1
        return act(path, *arguments, **named)
    return call

Path.replace, Path.unlink = killed_after(move), killed_after(unlink)
ingest([Path({spans!r})], Path({workspace!r}))
"""


def test_a_writer_killed_at_any_step_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    first, second = late_spans()
    old = contents(ingested(tmp_path / "old", first))
    new = contents(ingested(tmp_path / "new", [*first, *second]))
    states = []
    for steps in range(100):
        workspace = ingested(tmp_path / f"after-{steps}", first)
        spans = write(tmp_path / "late.jsonl", second)
        code = KILLED.format(steps=steps, spans=str(spans), workspace=str(workspace.path))
        ended = subprocess.run([sys.executable, "-c", code], check=False).returncode
        found = contents(Workspace(workspace.path))
        states.append("old" if found == old else "new" if found == new else "neither")
        # The next command works, and gets to the new state whatever happened.
        ingest([spans], workspace.path)
        assert contents(workspace) == new
        assert not (workspace.path / UNFINISHED).exists()
        if ended == 0:
            break
    assert states[0] == "old"
    assert "neither" not in states
    assert states.index("new") == 1, "the journal decides"
    assert len(states) > 8, "every removal and every move was tried"


def test_a_failure_while_files_are_moved_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C or a full disk would: the scratch files must outlive it."""
    first, second = late_spans()
    workspace = ingested(tmp_path, first)
    late = write(tmp_path / "late.jsonl", second)
    move = Path.replace

    def fails_for_calls(path: Path, target: Path) -> Path:
        if "calls" in Path(target).parts:
            raise OSError(28, "No space left on device")
        return move(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fails_for_calls)
        with pytest.raises(
            SurroundingsError, match="No space left on device\nMake room on that disk"
        ):
            ingest([late], workspace.path)
    assert contents(workspace) == contents(ingested(tmp_path / "old", first)), "not yet"
    reopened = Workspace(workspace.path)
    assert contents(reopened) == contents(ingested(tmp_path / "new", [*first, *second]))
    assert rows(reopened, "calls", "call") == [(0,), (1,)]


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


def test_a_journal_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    Workspace.create(tmp_path / "ws")
    journal = {"moves": {}, "removed": ["../victim"]}
    (tmp_path / "ws" / "journal.json").write_text(json.dumps(journal))
    with pytest.raises(InvalidInput, match="outside the workspace"):
        Workspace(tmp_path / "ws")
    assert victim.read_text() == "mine"


def test_a_workspace_whose_making_was_stopped_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "workspace.json.part").write_text("{")
    assert Workspace.create(tmp_path / "ws").buckets == 1
