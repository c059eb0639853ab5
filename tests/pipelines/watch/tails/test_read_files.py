"""What was read is known again: after a restart, after a crash, and of however many files."""

from pathlib import Path

from midspan.pipelines.watch.tails.listing import Found
from midspan.pipelines.watch.tails.read_files import ReadFiles


def found(key: str, version: str = "") -> Found:
    return Found(key, version, 1, Path(key))


def test_it_is_known_again_by_its_version(tmp_path: Path) -> None:
    path = tmp_path / "state" / "read.jsonl"
    ReadFiles(path).add([found("a"), found("plan", "1")])

    again = ReadFiles(path)

    assert again.has(found("a"))
    assert again.has(found("plan", "1"))
    assert not again.has(found("plan", "2"))
    assert not again.has(found("b"))
    assert again.settled == {"a"}


def test_half_a_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "read.jsonl"
    ReadFiles(path).add([found("a")])
    with path.open("ab") as content:
        content.write(b'["b",')
    ReadFiles(path).add([found("c")])

    again = ReadFiles(path)

    assert [again.has(found(key)) for key in "abc"] == [True, False, True]


def test_a_file_that_changes_for_ever_takes_no_room_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "read.jsonl"
    files = ReadFiles(path)
    files.add([found("a"), found("b")])
    for number in range(5_000):
        files.add([found("growing", str(number))])

    assert path.stat().st_size < 50_000
    again = ReadFiles(path)
    assert again.has(found("growing", "4999"))
    assert again.settled == {"a", "b"}
