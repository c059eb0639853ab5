"""The backlog: what was acknowledged is read again, whatever befell the process that wrote it."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from midspan.pipelines.watch.backlog import (
    BacklogReader,
    BacklogWriter,
    Entry,
    Header,
    Position,
    backlog_bytes,
    remove_segments,
    segment_numbers,
)
from midspan.pipelines.watch.backlog.entry import Damaged


def entry(name: str, payload: bytes = b"{}", **changes: object) -> Entry:
    fields = {
        "kind": "traces",
        "encoding": "json",
        "trace_id": name,
        "run_id": None,
        "session": None,
        "root_ended": False,
        "spans": 1,
        "received_ns": 7,
    }
    return Entry(header=Header(**{**fields, **changes}), payload=payload)  # type: ignore[arg-type]


def names(reader: BacklogReader, after: Position | None = None) -> list[str | None]:
    return [found.header.trace_id for found in reader.headers(after)]


def test_entries_come_back_in_order_with_headers_and_payloads(tmp_path: Path) -> None:
    first = entry("a", b"one", run_id="r", session="s", root_ended=True, spans=3)
    second = entry("b", b"", kind="logs", encoding="protobuf", trace_id=None)
    with BacklogWriter(tmp_path) as writer:
        position = writer.append([first, second])
        reader = BacklogReader(tmp_path)
        found = list(reader.headers())
        assert [one.header for one in found] == [first.header, second.header]
        assert [reader.payload(one.position) for one in found] == [b"one", b""]
        assert found[1].position == position
        assert sum(one.size for one in found) == backlog_bytes(tmp_path)
        assert list(reader.headers(found[0].position)) == found[1:]
        assert list(reader.headers(found[1].position)) == []
        writer.append([entry("c")])
        assert names(reader, found[1].position) == ["c"]


def test_nothing_appended_makes_no_file(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path) as writer:
        assert writer.append([]) is None
    assert segment_numbers(tmp_path) == []


def test_segments_are_begun_anew_at_their_size_and_after_a_restart(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path, segment_bytes=100) as writer:
        for name in "abc":
            writer.append([entry(name, b"x" * 100)])
    with BacklogWriter(tmp_path, segment_bytes=100) as writer:
        assert writer.append([entry("d")]) == Position(4, 0)
    assert segment_numbers(tmp_path) == [1, 2, 3, 4]
    assert names(BacklogReader(tmp_path)) == ["a", "b", "c", "d"]
    assert names(BacklogReader(tmp_path), Position(2, 0)) == ["c", "d"]


def test_numbers_are_not_given_again_where_a_consumer_has_marks_of_them(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path, begin_after=41) as writer:
        assert writer.append([entry("a")]) == Position(42, 0)


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_a_torn_end_is_passed_over_and_what_follows_is_read(tmp_path: Path, kept: int) -> None:
    with BacklogWriter(tmp_path) as writer:
        writer.append([entry("whole", b"x" * 50)])
        torn = writer.append([entry("torn", b"y" * 50)])
    assert torn is not None
    os.truncate(tmp_path / "000001.wal", torn.offset + kept)
    assert names(BacklogReader(tmp_path)) == ["whole"]
    with BacklogWriter(tmp_path) as writer:
        writer.append([entry("later")])
    assert names(BacklogReader(tmp_path)) == ["whole", "later"]
    assert names(BacklogReader(tmp_path), torn) == ["later"]


def test_zeros_at_the_end_are_no_entries(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path) as writer:
        writer.append([entry("a")])
    with (tmp_path / "000001.wal").open("ab") as file:
        file.write(b"\0" * 4096)
    assert names(BacklogReader(tmp_path)) == ["a"]


def test_a_payload_that_is_not_what_was_written_is_told(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path) as writer:
        position = writer.append([entry("a", b"payload")])
    assert position is not None
    file = tmp_path / "000001.wal"
    file.write_bytes(file.read_bytes().replace(b"payload", b"pAyload"))
    with pytest.raises(Damaged, match="checksum"):
        BacklogReader(tmp_path).payload(position)


def test_what_fails_halfway_is_not_taken_and_the_next_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.write

    def full(file: int, data: bytes) -> int:
        written(file, bytes(data)[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with BacklogWriter(tmp_path) as writer:
        writer.append([entry("a")])
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            writer.append([entry("b")])
        monkeypatch.undo()
        writer.append([entry("c")])
    assert names(BacklogReader(tmp_path)) == ["a", "c"]


def test_a_full_disk_leaves_no_heap_of_empty_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with BacklogWriter(tmp_path) as writer:
        monkeypatch.setattr(os, "write", full)
        for _ in range(5):
            with pytest.raises(OSError, match="No space"):
                writer.append([entry("a")])
        monkeypatch.undo()
    assert segment_numbers(tmp_path) == []


def test_segments_go_once_every_consumer_is_done_and_the_newest_stays(tmp_path: Path) -> None:
    with BacklogWriter(tmp_path, segment_bytes=1) as writer:
        for name in "abcd":
            writer.append([entry(name)])
    assert remove_segments(tmp_path, [Position(3, 0), None]) == 0
    assert remove_segments(tmp_path, [Position(3, 0), Position(2, 0)]) == 1
    assert segment_numbers(tmp_path) == [2, 3, 4]
    assert remove_segments(tmp_path, [Position(9, 0)]) == 2
    assert segment_numbers(tmp_path) == [4]
    assert names(BacklogReader(tmp_path), Position(1, 0)) == ["d"]


def test_headers_go_on_while_payloads_of_many_segments_are_read_and_some_removed(
    tmp_path: Path,
) -> None:
    with BacklogWriter(tmp_path, segment_bytes=1) as writer:
        for number in range(40):
            writer.append([entry(str(number), b"%d" % number)])
    reader = BacklogReader(tmp_path)
    every = [found.position for found in reader.headers()]
    seen = []
    for found in reader.headers():
        seen.append(found.header.trace_id)
        if len(seen) == 5:
            assert [reader.payload(each) for each in every] == [b"%d" % n for n in range(40)]
        if len(seen) == 20:
            (tmp_path / "000022.wal").unlink()
            reader.close()
    assert seen == [str(n) for n in range(40) if n != 21]


def test_readers_beside_a_writer_see_every_entry_once_and_whole(tmp_path: Path) -> None:
    payload = bytes(range(256)) * 40
    seen: list[str | None] = []
    with BacklogWriter(tmp_path, segment_bytes=200_000) as writer:

        def write() -> None:
            for number in range(0, 600, 3):
                writer.append([entry(str(number + step), payload) for step in range(3)])

        thread = threading.Thread(target=write)
        thread.start()
        reader, after = BacklogReader(tmp_path), None
        while len(seen) < 600:
            for found in reader.headers(after):
                assert reader.payload(found.position) == payload
                seen.append(found.header.trace_id)
                after = found.position
        thread.join()
    assert seen == [str(number) for number in range(600)]


KILLED = """
import os, signal, sys
from pathlib import Path
from midspan.pipelines.watch.backlog import BacklogWriter, Entry, Header
writer = BacklogWriter(Path(sys.argv[1]), segment_bytes=50_000)
for number in range(100_000):
    header = Header(kind="traces", encoding="json", trace_id=str(number), run_id=None,
                    session=None, root_ended=False, spans=1, received_ns=0)
    writer.append([Entry(header=header, payload=b"x" * 999)])
    os.write(1, b"%d\\n" % number)
"""


def test_what_was_acknowledged_outlives_kill_9(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(300)]
        process.kill()
        acknowledged += [int(line) for line in process.stdout if line.endswith(b"\n")]
    reader = BacklogReader(tmp_path)
    found = list(reader.headers())
    stored = [int(one.header.trace_id or -1) for one in found]
    assert stored[: len(acknowledged)] == acknowledged
    assert len(stored) - len(acknowledged) <= 1
    assert {reader.payload(one.position) for one in found} == {b"x" * 999}
