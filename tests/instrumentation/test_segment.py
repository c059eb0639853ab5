import os
from pathlib import Path

import pytest

from midspan.instrumentation.segment import Segment


def test_numbers_count_up(tmp_path: Path) -> None:
    for _ in range(3):
        Segment.create(tmp_path, "run-0").close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "run-0.001.otlp.jsonl",
        "run-0.002.otlp.jsonl",
        "run-0.otlp.jsonl",
    ]


def test_nobody_else_may_read_what_was_recorded(tmp_path: Path) -> None:
    segment = Segment.create(tmp_path / "spool", "run-0")
    segment.close()
    modes = [path.stat().st_mode & 0o777 for path in (segment.path.parent, segment.path)]
    assert modes == [0o700, 0o600]


def test_segment_that_another_process_closes_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_open = os.open

    def open_late(path: Path, *given: int) -> int:
        if path.name == "run-0.otlp.jsonl.part":
            (tmp_path / "run-0.otlp.jsonl").write_text("theirs\n")
        return plain_open(path, *given)

    monkeypatch.setattr(os, "open", open_late)
    segment = Segment.create(tmp_path, "run-0")
    segment.write(b"ours\n")
    segment.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "run-0.otlp.jsonl": "theirs\n",
        "run-0.001.otlp.jsonl": "ours\n",
    }


def test_segment_is_closed_once_however_often_it_is_asked(tmp_path: Path) -> None:
    segment = Segment.create(tmp_path, "run-0")
    segment.write(b"line\n")
    segment.close()
    segment.close()
    assert (tmp_path / "run-0.otlp.jsonl").read_text() == "line\n"


def test_line_that_is_broken_into_after_it_was_written_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_write = os.write

    def interrupted(descriptor: int, data: bytes) -> int:
        plain_write(descriptor, data)
        raise TimeoutError("of a signal handler")

    segment = Segment.create(tmp_path, "run-0")
    segment.write(b"first\n")
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", interrupted)
        with pytest.raises(TimeoutError):
            segment.write(b"second\n")
    segment.write(b"third\n")
    segment.close()
    assert (tmp_path / "run-0.otlp.jsonl").read_text() == "first\nthird\n"
