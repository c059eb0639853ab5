"""Files in the run's directory, and whatever else an agent may have put in their place."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.checks.judging import judged


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    (run / "folder").mkdir(parents=True)
    (run / "out.json").write_text('{"amount": 50.56}\n', encoding="utf-8")
    (run / "bytes").write_bytes(b"\xff\xfe ok")
    (run / "within").symlink_to("out.json")
    (run / "dangling").symlink_to("nowhere")
    (run / "circle").symlink_to("circle")
    (tmp_path / "secret").write_text("of somebody else")
    (run / "outside").symlink_to(tmp_path / "secret")
    (run / "up").symlink_to(tmp_path)
    os.mkfifo(run / "pipe")
    return run


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"path": "out.json"}, None),
        ({"path": "./folder/../out.json"}, "path"),
        ({"path": "within"}, None),
        ({"path": "no.json"}, "no.json is missing"),
        ({"path": "out.json/deeper"}, "out.json/deeper is missing"),
        ({"path": "dangling"}, "dangling is missing"),
        ({"path": "folder"}, "folder is a folder"),
        ({"path": "pipe"}, "pipe is no file"),
        ({"path": "pipe", "content": "x"}, "pipe is no file"),
        ({"path": "outside"}, "outside leads out of the run's directory"),
        ({"path": "up/secret", "content": "of"}, "up/secret leads out of the run's directory"),
        ({"path": "no.json", "exists": False}, None),
        ({"path": "out.json", "exists": False}, "out.json is there"),
        ({"path": "dangling", "exists": False}, "dangling is there"),
        ({"path": "out.json", "content": "50.56"}, None),
        ({"path": "out.json", "content": {"regex": "5[01]"}}, None),
        ({"path": "out.json", "content": {"regex": r"\}$"}}, None),
        ({"path": "bytes", "content": "ok"}, None),
        ({"path": "out.json", "content": "43"}, "out.json holds '{\"amount\": 50.56}\\n'"),
    ],
)
def test_files(directory: Path, fields: dict[str, Any], detail: str | None) -> None:
    if detail == "path":
        with pytest.raises(ValueError, match="must be a path inside"):
            judged(directory=directory, kind="file", **fields)
        return
    assert judged(directory=directory, kind="file", **fields) == (detail is None, detail)


def test_what_cannot_be_looked_at_is_neither_there_nor_missing(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, detail = judged(directory=directory, kind="file", path="circle")
    assert (passed, str(detail).startswith(f"{directory / 'circle'}: ")) == (None, True)
    nowhere = directory / "gone"
    assert judged(directory=nowhere, kind="file", path="x", exists=False) == (
        None,
        f"there is no directory {nowhere}",
    )
    monkeypatch.setattr("midspan.pipelines.checks.files.LARGEST_FILE", 5)
    assert judged(directory=directory, kind="file", path="out.json", content="x") == (
        None,
        "out.json has more than 5 bytes",
    )
