"""What the disk refuses ends a command with 4, and says where and what mends it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.ingest.stories import planned, story
from tests.support.otlp import write
from tests.support.workspaces import contents, ingested

LIMITED = """
import resource, sys
from midspan.instrumentation.dispatch import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ("room", "where"),
    [(300, "ws"), (4000, "ws/.unfinished/written/"), (8000, "ws/.unfinished/written/")],
)
def test_a_full_disk(tmp_path: Path, room: int, where: str) -> None:
    spans = write(tmp_path / "in" / "spans.jsonl", story())
    words = [str(room), "ingest", str(spans), "--into", str(tmp_path / "ws")]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *words], capture_output=True, text=True, check=False
    )
    first, fix = done.stderr.splitlines()
    assert first.startswith(f"midspan ingest: {tmp_path}/{where}")
    assert "File too large" in first
    assert fix == "Allow larger files (ulimit -f unlimited), then run the same command again."
    assert done.returncode == 4
    ingest([spans], tmp_path / "ws")
    assert contents(Workspace(tmp_path / "ws")) == contents(ingested(tmp_path / "whole", story()))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(BrokenPipeError), explained(Path("ws")):
        raise BrokenPipeError(32, "Broken pipe")


def test_the_path_that_an_error_names_goes_before_the_one_around_it() -> None:
    with pytest.raises(SurroundingsError) as caught, explained(Path("ws")):
        raise PermissionError(13, "Permission denied", "ws/calls")
    assert str(caught.value) == (
        "ws/calls: Permission denied\nSee who may read and write it: ls -ld ws/calls"
    )


@pytest.mark.parametrize("content", ["", "[]", '{"moves": 5, "removed": []}'])
def test_a_damaged_journal(tmp_path: Path, content: str) -> None:
    workspace = ingested(tmp_path, story())
    (workspace.path / "journal.json").write_text(content)
    with pytest.raises(InvalidInput) as caught:
        Workspace(workspace.path)
    what, fix = str(caught.value).split("\n")
    assert what.startswith(f"{workspace.path}/journal.json: not a journal: ")
    assert fix.startswith("Put it back from a copy; or remove it")


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("manifest.jsonl", '{"file": 5}', "manifest.jsonl:2: not a manifest line: "),
        ("results.jsonl", "{", "results.jsonl:2: not a result record: "),
        ("plan.jsonl", '{"run_id": "x"}', "plan.jsonl:2: not a planned run: "),
    ],
)
def test_a_damaged_line_of_a_workspace_without_a_list(
    tmp_path: Path, name: str, line: str, message: str
) -> None:
    workspace = ingested(tmp_path, story())
    (workspace.path / "parts.json").unlink()
    good = {
        "plan.jsonl": json.dumps({"run_id": planned().run_id, "experiment": "a", "task": "b"}),
        "results.jsonl": json.dumps({"run_id": planned().run_id, "ended_by": "exit"}),
        "manifest.jsonl": (workspace.path / "manifest.jsonl").read_text().strip(),
    }
    (workspace.path / name).write_text(f"{good[name]}\n{line}\n")
    with pytest.raises(InvalidInput) as caught:
        ingest([write(tmp_path / "more.jsonl", story(trace=2))], workspace.path)
    assert str(caught.value).startswith(f"{workspace.path}/{message}")
    assert "\n" in str(caught.value), "what mends it"


def test_a_lock_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    workspace = ingested(tmp_path, story())
    (workspace.path / ".lock").unlink()
    (workspace.path / ".lock").symlink_to(victim)
    with (
        pytest.raises(SurroundingsError, match=r"\.lock: .*symbolic links.*\nRemove the link\."),
        workspace.writing(),
    ):
        pass
    assert victim.read_text() == "mine"
