"""The change of a workspace: all of it or nothing, whoever is killed on the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.storage.changing import UNFINISHED
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.otlp import write
from tests.support.workspaces import contents, ingested, late_spans, rows


def test_unfinished_files_are_gone_after_a_writer_and_after_its_failure(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    with workspace.writing() as scratch:
        assert scratch == workspace.path / UNFINISHED
        (scratch / "spans.parquet").touch()
    with pytest.raises(ZeroDivisionError), workspace.writing() as scratch:
        _fail_after_writing(scratch / "spans.parquet")
    assert not (workspace.path / UNFINISHED).exists()


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
