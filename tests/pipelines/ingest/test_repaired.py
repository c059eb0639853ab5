"""Files that were torn, and are whole when they are read again."""

from pathlib import Path

import pytest

from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.manifest import ManifestLine, read_manifest
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.logs.told import log, write_logs
from tests.pipelines.ingest.stories import OTHER, counts, story
from tests.support.otlp import RUN, write, write_text
from tests.support.workspaces import contents, ingested, rows


def lines(workspace: Path) -> list[tuple[int, int, int, int]]:
    """What the manifest says: spans in, kept, merged and quarantined of each file."""

    def numbers(line: ManifestLine) -> tuple[int, int, int, int]:
        return (line.spans_in, line.kept, line.merged, line.quarantined)

    return [numbers(line) for line in read_manifest(workspace)]


@pytest.mark.parametrize("ending", ["", ".part"])
def test_a_torn_file_that_is_whole_now(tmp_path: Path, ending: str) -> None:
    whole = write(tmp_path / "in" / f"{RUN}-0.otlp.jsonl", story()).read_text()
    file = tmp_path / "in" / f"{RUN}-0.otlp.jsonl"
    torn = file.rename(f"{file}{ending}")
    torn.write_text(whole[:-100])
    assert counts(ingest([tmp_path / "in"], tmp_path / "ws")) == (4, 3, 0, 1)
    assert len(rows(Workspace(tmp_path / "ws"), "quarantine")) == 1
    torn.unlink()
    file.write_text(whole)
    summary = ingest([tmp_path / "in"], tmp_path / "ws")
    assert (counts(summary), summary.rejected) == ((4, 1, 3, 0), [])
    workspace = Workspace(tmp_path / "ws")
    assert rows(workspace, "quarantine") == []
    assert lines(workspace.path) == [(3, 3, 0, 0), (4, 1, 3, 0)]
    assert contents(workspace) == contents(ingested(tmp_path / "whole", story()))


def test_a_file_of_which_nothing_could_be_read(tmp_path: Path) -> None:
    file = write_text(tmp_path / "spans.jsonl", '{"resourceSpans": [', "no")
    assert counts(ingest([file], tmp_path / "ws")) == (1, 0, 0, 1)
    write(file, story())
    assert counts(ingest([file], tmp_path / "ws")) == (4, 4, 0, 0)
    assert rows(Workspace(tmp_path / "ws"), "quarantine") == []
    assert lines(tmp_path / "ws") == [(0, 0, 0, 0), (4, 4, 0, 0)]


def test_what_still_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    file = write(tmp_path / "spans.jsonl", story())
    file.write_text(file.read_text() + "one\n")
    for text, run_by in (("", None), ("two\n", None), ("", "trace")):
        file.write_text(file.read_text() + text)
        ingest([file], tmp_path / "ws", rules=ContextRules(run_by=run_by))
    workspace = Workspace(tmp_path / "ws")
    assert rows(workspace, "quarantine", "position", "raw") == [(5, "one"), (6, "two")]
    assert sum(line[3] for line in lines(workspace.path)) == 2


def test_a_file_of_the_same_name_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, told in (("one", story()), ("other", story(trace=2, run_id=OTHER))):
        file = write(tmp_path / name / "spans.jsonl", told)
        file.write_text(file.read_text() + f"{name}\n")
        monkeypatch.chdir(tmp_path / name)
        ingest([Path("spans.jsonl")], tmp_path / "ws")
    found = rows(Workspace(tmp_path / "ws"), "quarantine", "file", "raw")
    assert found == [("spans.jsonl", "one"), ("spans.jsonl", "other")]


def test_what_a_pipe_gave_before_stays(tmp_path: Path) -> None:
    for text in (b"one\n", b"other\n"):
        kept = write(tmp_path / "spans.jsonl", story()).read_bytes()
        file = tmp_path / "both.jsonl"
        file.write_bytes(kept + text)
        with file.open("rb") as pipe:
            ingest(["-"], tmp_path / "ws", standard_input=pipe)
    found = rows(Workspace(tmp_path / "ws"), "quarantine", "file", "raw")
    assert found == [("-", "one"), ("-", "other")]


def test_log_records_and_result_records(tmp_path: Path) -> None:
    write(tmp_path / "in" / f"{RUN}-0.otlp.jsonl", story())
    record = write_text(tmp_path / "in" / f"{RUN}-0.result.json", '{"run_id": ')
    told = write_logs(tmp_path / "in" / "logs.jsonl", log("a.b", story()[0]))
    told.write_text(told.read_text() + "torn")
    assert len(ingest([tmp_path / "in"], tmp_path / "ws").rejected) == 2
    record.write_text(f'{{"run_id": "{RUN}", "ended_by": "exit", "exit_code": 3}}')
    told.write_text(told.read_text().removesuffix("torn"))
    assert ingest([tmp_path / "in"], tmp_path / "ws").rejected == []
    workspace = Workspace(tmp_path / "ws")
    assert rows(workspace, "quarantine") == []
    assert rows(workspace, "runs", "exit_code") == [(3,)]
    assert all(line[3] == 0 for line in lines(workspace.path))
