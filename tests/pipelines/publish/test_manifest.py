"""What was published is noted, survives a kill, and counts only for what and where it was."""

import json
from pathlib import Path

import msgspec

from midspan.pipelines.publish.manifest import PUBLISHED, Manifest, Unit, digest_of

UNIT = Unit(
    server="phoenix",
    url="http://127.0.0.1:6006",
    place="UHJvamVjdDoy",
    what="annotations",
    key="4f1c2ab0",
    digest="aa",
    rows=7,
)


def other(**fields: str) -> Unit:
    return msgspec.structs.replace(UNIT, **fields)


def test_a_unit_is_known_as_it_was_and_where_it_was(tmp_path: Path) -> None:
    Manifest(tmp_path).add(UNIT)

    known = Manifest(tmp_path)
    assert known.has(UNIT)
    assert known.rows(UNIT) == 7
    assert not known.has(other(digest="bb"))
    assert known.knows(other(digest="bb"))
    for elsewhere in (
        other(url="http://127.0.0.1:6007"),
        other(place="UHJvamVjdDoz"),
        other(key="0"),
        other(what="spans"),
        other(server="mlflow"),
    ):
        assert not known.has(elsewhere)
        assert not known.knows(elsewhere)


def test_the_last_line_of_a_unit_counts(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.add(UNIT)
    manifest.add(other(digest="bb"))

    assert not Manifest(tmp_path).has(UNIT)
    assert Manifest(tmp_path).has(other(digest="bb"))


def test_a_line_says_when_and_what(tmp_path: Path) -> None:
    Manifest(tmp_path, clock=lambda: 1_700_000_000).add(UNIT)

    [line] = (tmp_path / PUBLISHED).read_text().splitlines()
    assert json.loads(line) == {
        "server": "phoenix",
        "url": "http://127.0.0.1:6006",
        "place": "UHJvamVjdDoy",
        "what": "annotations",
        "key": "4f1c2ab0",
        "digest": "aa",
        "rows": 7,
        "at": "2023-11-14T22:13:20+00:00",
    }


def test_a_line_that_a_kill_left_unfinished_is_ignored_and_told(tmp_path: Path) -> None:
    path = tmp_path / PUBLISHED
    Manifest(tmp_path).add(UNIT)
    path.write_bytes(path.read_bytes() + b'{"server":"phoenix","url":"htt')

    manifest = Manifest(tmp_path)
    assert (manifest.broken, manifest.has(UNIT)) == (1, True)

    manifest.add(other(key="next"))  # which must not be glued to the broken line
    again = Manifest(tmp_path)
    assert (again.broken, again.has(UNIT), again.has(other(key="next"))) == (1, True, True)


def test_again_believes_nothing(tmp_path: Path) -> None:
    Manifest(tmp_path).add(UNIT)

    manifest = Manifest(tmp_path, again=True)

    assert not manifest.has(UNIT)
    manifest.add(UNIT)
    assert manifest.has(UNIT)


def test_a_dry_run_asks_whatever_the_place(tmp_path: Path) -> None:
    Manifest(tmp_path).add(UNIT)

    assert Manifest(tmp_path).has_anywhere(other(place=""))
    assert not Manifest(tmp_path).has_anywhere(other(place="", digest="bb"))


def test_a_digest_is_of_the_content() -> None:
    assert digest_of([{"a": 1}]) != digest_of([{"a": 2}])
    assert digest_of([1, 2]) != digest_of([2, 1])


def test_lines_that_are_none_are_counted_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / PUBLISHED
    Manifest(tmp_path).add(UNIT)
    whole = path.read_bytes()
    negative = whole.replace(b'"rows":7', b'"rows":-7').replace(b"4f1c2ab0", b"other")

    for content, broken in (
        (whole + whole[:20], 1),
        (b"\xff\xfe\x00 binary\n" + whole, 1),
        (b"\xff\xfe\x00 binary\n" + whole + whole[:20], 2),
        (negative + whole, 1),
    ):
        path.write_bytes(content)
        manifest = Manifest(tmp_path)
        assert manifest.broken == broken
        assert manifest.has(UNIT)
        assert not manifest.knows(other(key="other"))


def test_other_places_of_a_unit_are_known(tmp_path: Path) -> None:
    Manifest(tmp_path).add(UNIT)

    manifest = Manifest(tmp_path)

    assert manifest.other_places(other(place="UHJvamVjdDoz", digest="bb")) == {"UHJvamVjdDoy"}
    assert manifest.other_places(UNIT) == set()
    assert manifest.other_places(other(place="UHJvamVjdDoz", url="http://b")) == set()
