"""Marks: what a consumer is done with, after restarts too."""

import errno
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.watch.backlog import Marks, Position, cursor_of
from midspan.pipelines.watch.backlog import marks as marking

FIRST, SECOND, THIRD = Position(1, 0), Position(1, 100), Position(2, 0)


def test_marks_are_there_after_a_restart(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks" / "scorer.jsonl")
    assert marks.cursor is None
    assert not marks.is_done(FIRST)
    marks.done([SECOND])
    marks.done([THIRD, THIRD])
    again = Marks(tmp_path / "marks" / "scorer.jsonl")
    assert [again.is_done(each) for each in (FIRST, SECOND, THIRD)] == [False, True, True]
    assert cursor_of(tmp_path / "marks" / "scorer.jsonl") is None


def test_all_up_to_the_cursor_is_done(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m")
    marks.done([THIRD])
    marks.advance(SECOND)
    marks.advance(FIRST)
    for each in (marks, Marks(tmp_path / "m")):
        assert each.cursor == SECOND
        assert each.is_done(FIRST)
        assert each.is_done(SECOND)
        assert each.is_done(THIRD)
        assert not each.is_done(Position(1, 200))
    assert cursor_of(tmp_path / "m") == SECOND


def test_a_torn_line_costs_nothing_but_itself(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m")
    marks.advance(FIRST)
    marks.done([THIRD])
    with (tmp_path / "m").open("ab") as file:
        file.write(b'{"done":[[3')
    again = Marks(tmp_path / "m")
    again.done([SECOND])
    last = Marks(tmp_path / "m")
    assert (last.cursor, last.is_done(SECOND), last.is_done(THIRD)) == (FIRST, True, True)


def test_a_line_that_the_disk_refused_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of it may be there: what would stand behind it on the same line would be lost."""
    marks = Marks(tmp_path / "m")
    marks.advance(FIRST)
    opened = Path.open

    def torn(self: Path, *how: Any) -> Any:
        with opened(self, *how) as file:
            file.write(b'{"done"')
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", torn)
        with pytest.raises(OSError, match="No space left"):
            marks.done([SECOND])
    marks.done([THIRD])
    again = Marks(tmp_path / "m")
    assert [again.is_done(each) for each in (FIRST, SECOND, THIRD)] == [True, True, True]


def test_the_file_does_not_grow_with_what_was_done(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m")
    for number in range(3 * marking.REWRITTEN_AFTER):
        marks.done([Position(1, number)])
        marks.advance(Position(1, number))
    assert len((tmp_path / "m").read_bytes().splitlines()) <= marking.REWRITTEN_AFTER + 1
    assert Marks(tmp_path / "m").cursor == Position(1, 3 * marking.REWRITTEN_AFTER - 1)
