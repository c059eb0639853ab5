"""Damage in a segment costs what is damaged, and no entry behind it."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.watch.backlog import (
    BacklogReader,
    BacklogWriter,
    Entry,
    Header,
    Position,
    remove_segments,
    segment_numbers,
)
from midspan.pipelines.watch.backlog.damage import Damage, note


def entry(name: str, payload: bytes = b"x" * 50) -> Entry:
    header = Header(
        kind="traces",
        encoding="json",
        trace_id=name,
        run_id=None,
        session=None,
        root_ended=False,
        spans=3,
        received_ns=7,
    )
    return Entry(header=header, payload=payload)


def names(reader: BacklogReader, after: Position | None = None) -> list[str | None]:
    return [found.header.trace_id for found in reader.headers(after)]


def written(directory: Path) -> list[int]:
    """Return where the entries a, b, c and d of one segment begin; e is in the next."""
    for each in ("abcd", "e"):
        with BacklogWriter(directory) as writer:
            writer.append([entry(name) for name in each])
    found = BacklogReader(directory).headers()
    return [each.position.offset for each in found if each.position.segment == 1]


def zeros(content: bytearray, at: int) -> None:
    content[at : at + 16] = bytes(16)


def larger(content: bytearray, at: int) -> None:
    content[at + 8 : at + 12] = struct.pack(">I", 5000)


def other_header(content: bytearray, at: int) -> None:
    content[at + 30] ^= 1


@pytest.mark.parametrize("damaged", [zeros, larger, other_header])
@pytest.mark.parametrize("is_live", [False, True])
def test_what_is_behind_a_damaged_place_is_read(
    tmp_path: Path, damaged: Callable[[bytearray, int], None], is_live: bool
) -> None:
    begins = written(tmp_path)
    if is_live:
        (tmp_path / "000002.wal").unlink()
    file = tmp_path / "000001.wal"
    content = bytearray(file.read_bytes())
    damaged(content, begins[1])
    file.write_bytes(content)
    told: list[Damage] = []
    reader = BacklogReader(tmp_path, on_damage=told.append)
    assert names(reader) == (["a", "c", "d"] if is_live else ["a", "c", "d", "e"])
    assert told == [Damage(1, begins[1], begins[2])]
    assert names(reader, Position(1, begins[0]))[:2] == ["c", "d"]


@pytest.mark.parametrize("damaged", [zeros, larger, other_header])
def test_damage_of_the_last_entry_is_no_torn_end(
    tmp_path: Path, damaged: Callable[[bytearray, int], None]
) -> None:
    begins = written(tmp_path)
    file = tmp_path / "000001.wal"
    content = bytearray(file.read_bytes())
    damaged(content, begins[3])
    file.write_bytes(content)
    told: list[Damage] = []
    assert names(BacklogReader(tmp_path, on_damage=told.append)) == ["a", "b", "c", "e"]
    assert told == [Damage(1, begins[3], len(content))]


@pytest.mark.parametrize("kept", range(1, 92, 9))
def test_a_torn_end_is_no_damage(tmp_path: Path, kept: int) -> None:
    begins = written(tmp_path)
    os.truncate(tmp_path / "000001.wal", begins[3] + kept)
    told: list[Damage] = []
    reader = BacklogReader(tmp_path, on_damage=told.append)
    assert (names(reader), told) == (["a", "b", "c", "e"], [])


def test_entries_are_found_within_one_that_lost_its_end(tmp_path: Path) -> None:
    begins = written(tmp_path)
    file = tmp_path / "000001.wal"
    content = file.read_bytes()
    file.write_bytes(content[: begins[2] - 10] + content[begins[2] :])
    assert names(BacklogReader(tmp_path)) == ["a", "b", "c", "d", "e"]


def test_zeros_at_the_live_end_are_waited_behind_until_something_follows(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path) as writer:
        first = writer.append([entry("a")])
        with (tmp_path / "000001.wal").open("ab") as file:
            file.write(b"\0" * 3_000_000)
        told: list[Damage] = []
        reader = BacklogReader(tmp_path, on_damage=told.append)
        assert (names(reader), names(reader, first), told) == (["a"], [], [])
        writer.append([entry("b")])
        assert names(reader, first) == ["b"]
        assert [each.size for each in told] == [3_000_000]


def test_a_noted_segment_is_kept_under_another_name(tmp_path: Path) -> None:
    written(tmp_path)
    content = (tmp_path / "000001.wal").read_bytes()
    assert note(tmp_path, Damage(1, 5, 9))
    assert not note(tmp_path, Damage(1, 5, 9))
    assert remove_segments(tmp_path, [Position(2, 0)]) == 1
    assert segment_numbers(tmp_path) == [2]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["000001.wal.damaged", "000002.wal"]
    assert (tmp_path / "000001.wal.damaged").read_bytes() == content


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_segment_that_is_deleted_is_left_and_counted(
    tmp_path: Path, is_replaced: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    counted: dict[str, float] = {}
    with BacklogWriter(tmp_path, sync_seconds=60, count=counted.__setitem__) as writer:
        writer.append([entry("a"), entry("b")])
        file = tmp_path / "000001.wal"
        size = file.stat().st_size
        file.unlink()
        if is_replaced:
            (tmp_path / "other").write_bytes(b"")
            (tmp_path / "other").rename(file)
        writer.sync()
        assert writer.append([entry("c")]) == Position(2, 0)
        writer.sync()
    assert counted == {"backlog_deleted_bytes": size, "backlog_deleted_spans": 6}
    assert names(BacklogReader(tmp_path)) == ["c"]
    assert "000001.wal was deleted" in capsys.readouterr().err


def test_where_no_segment_can_be_begun_nothing_is_taken(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path / "backlog", sync_seconds=60) as writer:
        writer.append([entry("a")])
        (tmp_path / "backlog" / "000001.wal").unlink()
        (tmp_path / "backlog").rmdir()
        writer.sync()
        with pytest.raises(FileNotFoundError):
            writer.append([entry("b")])
