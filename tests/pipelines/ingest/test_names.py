"""Names of files that are bytes and no text."""

import json
import os
from pathlib import Path

import pytest

from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.pipelines.ingest.stories import counts, story
from tests.support.otlp import write, write_text
from tests.support.workspaces import rows

CAFE = os.fsdecode(b"caf\xe9")


def test_a_file_is_read_whatever_bytes_its_name_has(tmp_path: Path) -> None:
    file = write(tmp_path / "in" / f"{CAFE}_2.jsonl", story())
    file.write_text(file.read_text() + "no JSON\n")
    write_text(
        tmp_path / "in" / f"{CAFE}.json", '{"messages": [{"role": "user", "content": "Hi"}]}'
    )
    (tmp_path / "in" / f"{CAFE}.pb").symlink_to(f"{CAFE}.gone")
    write_text(tmp_path / "in" / f"{CAFE}.result.json", "{}")
    rules = ContextRules(name=r"(?P<task>.+)_(?P<trial>\d)")
    summary = ingest([tmp_path / "in"], tmp_path / "ws", rules=rules)
    assert counts(summary) == (7, 5, 0, 2)
    workspace = Workspace(tmp_path / "ws")
    assert set(rows(workspace, "runs", "task", "trial")) == {(None, None), (r"caf\xe9", 2)}
    folder = f"{tmp_path}/in"
    assert sorted(rows(workspace, "quarantine", "file", "reason")) == [
        (
            rf"{folder}/caf\xe9.pb",
            r"could not be read: it is a link to caf\xe9.gone, which is not there",
        ),
        (
            rf"{folder}/caf\xe9.result.json",
            "not a result record: Object missing required field `run_id`",
        ),
        (
            rf"{folder}/caf\xe9_2.jsonl",
            "not readable as JSON: Expecting value: line 1 column 1 (char 0)",
        ),
    ]
    assert json.loads(json.dumps(summary.rejected)) == summary.rejected
    assert ingest([tmp_path / "in"], tmp_path / "ws", rules=rules).files_known == 2


def test_no_workspace_can_be_kept_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "spans.jsonl", story())
    with pytest.raises(InvalidInput, match=r"/caf\\xe9/ws: a name that is not UTF-8, in which no"):
        ingest([file], tmp_path / CAFE / "ws")
    (tmp_path / CAFE).mkdir()
    monkeypatch.chdir(tmp_path / CAFE)
    with pytest.raises(InvalidInput, match="Name another folder"):
        ingest([file], Path("ws"))
    assert list((tmp_path / CAFE).iterdir()) == []
