"""The index of what was published: what the list says, without the list being read each time."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from midspan.pipelines.publish.manifest import PUBLISHED, Line, Manifest, Unit, read_line
from midspan.pipelines.watch.publisher import index as publisher_index
from midspan.pipelines.watch.publisher.index import IndexedManifest

UNIT = Unit(
    server="phoenix", url="http://one", place="P1", what="spans", key="r1", digest="aa", rows=5
)


def other(**changes: Any) -> Unit:
    return msgspec.structs.replace(UNIT, **changes)


def indexed(folder: Path) -> IndexedManifest:
    return IndexedManifest(folder, folder / "state" / "published.sqlite", clock=lambda: 0)


def test_it_says_what_the_list_says(tmp_path: Path) -> None:
    units = [
        UNIT,
        other(digest="bb", rows=6),
        other(place="P2"),
        other(key="r2"),
        other(server="mlflow", what="assessments"),
    ]
    found = indexed(tmp_path)
    for unit in units[:3]:
        found.add(unit)
    listed = Manifest(tmp_path, clock=lambda: 0)
    for unit in units[3:]:
        listed.add(unit)
    found.catch_up()
    listed = Manifest(tmp_path)

    asked = [*units, other(key="r3"), other(place="P3"), other(url="http://two")]
    for unit in asked:
        assert [
            found.has(unit),
            found.rows(unit),
            found.knows(unit),
            found.has_anywhere(unit),
            found.other_places(unit),
        ] == [
            listed.has(unit),
            listed.rows(unit),
            listed.knows(unit),
            listed.has_anywhere(unit),
            listed.other_places(unit),
        ], unit
    assert not found.has(UNIT)
    assert found.rows(UNIT) == 6


def test_it_is_there_again_without_the_list_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = indexed(tmp_path)
    for number in range(50):
        first.add(other(key=f"r{number}"))
    first.catch_up()
    first.close()

    read: list[bytes] = []

    def noted(text: bytes) -> Line | None:
        read.append(text)
        return read_line(text)

    monkeypatch.setattr(publisher_index, "read_line", noted)
    again = indexed(tmp_path)

    assert again.has(other(key="r49"))
    assert read == []
    Manifest(tmp_path).add(other(key="new"))
    again.catch_up()
    assert again.has(other(key="new"))
    assert len(read) == 1


def test_an_index_that_is_lost_or_damaged_is_made_anew(tmp_path: Path) -> None:
    first = indexed(tmp_path)
    first.add(UNIT)
    first.close()
    path = tmp_path / "state" / "published.sqlite"
    for content in (None, b"no database at all" * 1000):
        for left in path.parent.iterdir():
            left.unlink()
        if content is not None:
            path.write_bytes(content)
        again = indexed(tmp_path)
        assert again.has(UNIT)
        again.close()


def test_another_list_than_before_is_read_from_its_begin(tmp_path: Path) -> None:
    first = indexed(tmp_path)
    first.add(UNIT)
    first.catch_up()
    first.close()
    (tmp_path / PUBLISHED).unlink()
    Manifest(tmp_path).add(other(key="r2", digest="longer than it was before"))

    again = indexed(tmp_path)

    assert not again.knows(UNIT)
    assert again.knows(other(key="r2"))


def test_a_torn_last_line_is_ended_and_costs_nothing_else(tmp_path: Path) -> None:
    Manifest(tmp_path).add(UNIT)
    with (tmp_path / PUBLISHED).open("ab") as content:
        content.write(b'{"server": "pho')
    found = indexed(tmp_path)
    found.add(other(key="r2"))
    found.close()

    lines = (tmp_path / PUBLISHED).read_bytes().splitlines()
    assert len(lines) == 3
    assert Manifest(tmp_path).has(other(key="r2"))
    again = indexed(tmp_path)
    assert again.has(UNIT)
    assert again.has(other(key="r2"))
    assert again.broken == 1


def add_for_ever(folder: Path) -> None:
    found, number = indexed(folder), 0
    while True:
        found.add(other(key=f"r{number}"))
        number += 1
        if number % 7 == 0:
            found.catch_up()


def test_killed_at_any_moment_it_still_says_what_the_list_says(tmp_path: Path) -> None:
    for pause in (0.3, 0.35, 0.4):
        child = multiprocessing.get_context("fork").Process(target=add_for_ever, args=(tmp_path,))
        child.start()
        child.join(pause)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()

        listed = (tmp_path / PUBLISHED).read_bytes().splitlines()
        found = indexed(tmp_path)
        for text in listed:
            assert found.has(msgspec.json.decode(text, type=Unit))
        assert not found.knows(other(key=f"r{len(listed) + 1}"))
        found.close()
