"""What waits on disk, until everybody who has to read it is done with it."""

from pathlib import Path

from midspan.pipelines.watch.backlog import BacklogReader, BacklogWriter, Marks, segment_numbers
from midspan.pipelines.watch.consumers import StateFolder
from midspan.pipelines.watch.splitting import split
from tests.support.watch_command import request_of, trace

URL = "http://127.0.0.1:1"


def filled(directory: Path) -> StateFolder:
    """Return a state whose backlog has a segment for each of three traces."""
    folder = StateFolder(path=directory)
    with BacklogWriter(folder.backlog, segment_bytes=1) as writer:
        for number in range(3):
            body = request_of(*trace(number))
            writer.append(split("traces", "json", body, received_ns=100 + number).entries)
    return folder


def test_a_server_that_is_away_keeps_its_part_of_the_backlog(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    positions = [found.position for found in BacklogReader(folder.backlog).headers()]
    Marks(folder.scorer_marks).advance(positions[-1])
    assert folder.remove_what_is_done([URL]) == 0
    assert folder.oldest_waiting_ns([URL]) == 100
    Marks(folder.forward_marks(URL)).advance(positions[0])
    assert folder.oldest_waiting_ns([URL]) == 101
    assert folder.remove_what_is_done([URL]) == 0
    Marks(folder.forward_marks(URL)).advance(positions[1])
    assert folder.remove_what_is_done([URL]) == 1
    assert segment_numbers(folder.backlog) == [2, 3]
    Marks(folder.forward_marks(URL)).advance(positions[2])
    assert folder.oldest_waiting_ns([URL]) is None
    assert folder.remove_what_is_done([URL]) == 1
    assert segment_numbers(folder.backlog) == [3]


def test_one_that_is_named_no_more_keeps_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    positions = [found.position for found in BacklogReader(folder.backlog).headers()]
    Marks(folder.scorer_marks).advance(positions[-1])
    assert folder.remove_what_is_done([]) == 2


def test_marks_of_segments_that_somebody_deleted_are_not_taken_for_new_ones(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    *_, last = BacklogReader(folder.backlog).headers()
    Marks(folder.scorer_marks).advance(last.position)
    for number in segment_numbers(folder.backlog):
        (folder.backlog / f"{number:06}.wal").unlink()
    with BacklogWriter(folder.backlog, begin_after=folder.newest_mark([])) as writer:
        writer.append(split("traces", "json", request_of(*trace(9)), received_ns=9).entries)
    found = list(BacklogReader(folder.backlog).headers(last.position))
    assert [one.header.trace_id for one in found] == [trace(9)[0]["traceId"]]


def test_an_address_does_not_show_in_names_of_files(tmp_path: Path) -> None:
    folder = StateFolder(path=tmp_path)
    assert "127.0.0.1" not in folder.forward_marks(URL).name
    assert folder.forward_marks(URL) != folder.forward_marks(f"{URL}/other")
    assert folder.waiting_bytes() == 0
