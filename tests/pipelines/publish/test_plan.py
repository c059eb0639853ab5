"""The walk over a workspace: whole runs, those asked for, and the next ones meanwhile."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midspan.pipelines.publish.asked import Asked, parts_named, since
from midspan.pipelines.publish.plan import Walk, ahead
from midspan.scorers.errors import InvalidInput
from tests.support.shop_runs import RUNS, STEPS, shop

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_every_run_is_in_one_portion_whole(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="walk")

    portions = list(Walk(workspace, Asked(), steps=12).portions())

    assert len(portions) > 1
    runs = [run for portion in portions for run in portion.runs["run_id"]]
    assert sorted(runs) == sorted(workspace.table("runs").collect()["run_id"])
    for portion in portions:
        ids = set(portion.runs["run_id"])
        assert portion.spans.height == STEPS * len(ids)
        for table in (portion.spans, portion.scores, portion.text.collect()):
            assert set(table["run_id"]) == ids
        assert set(portion.runs["project"]) == {"walk"}


def test_a_project_named_is_where_all_of_it_goes(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="walk")

    [portion] = Walk(workspace, Asked(project="elsewhere")).portions()

    assert portion.runs["project"].to_list() == ["elsewhere"] * RUNS


def test_only_runs_since_then(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="walk")
    starts = sorted(workspace.table("runs").collect()["start_ns"])

    [portion] = Walk(workspace, Asked(since_ns=starts[5])).portions()

    assert sorted(portion.runs["start_ns"]) == starts[5:]
    assert list(Walk(workspace, Asked(since_ns=starts[-1] + 1)).portions()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2d", "2026-11-18T12:00:00+00:00"),
        ("3h", "2026-11-20T09:00:00+00:00"),
        ("90m", "2026-11-20T10:30:00+00:00"),
        ("2026-11-18", "2026-11-18T00:00:00+00:00"),
        ("2026-11-18T08:00:00Z", "2026-11-18T08:00:00+00:00"),
        ("2026-11-18T08:00:00+02:00", "2026-11-18T06:00:00+00:00"),
    ],
)
def test_since_is_an_age_or_a_moment(text: str, expected: str) -> None:
    found = since(text, now=NOW)

    assert datetime.fromtimestamp(found / 1e9, UTC).isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2", "-2d", "2026-13-40"])
def test_what_is_no_point_in_time_is_said(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a point in time") as caught:
        since(text, now=NOW)

    assert caught.value.fix is not None
    assert "3h" in caught.value.fix


def test_parts_that_do_not_exist_are_said() -> None:
    assert parts_named(None) == {"spans", "scores", "experiments"}
    assert parts_named("scores, spans") == {"scores", "spans"}
    with pytest.raises(InvalidInput, match="nothing to publish is called 'score'"):
        parts_named("spans,score")


def test_the_next_ones_are_made_meanwhile() -> None:
    made: list[int] = []
    third = threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 2:
                third.set()
            yield number

    taken = ahead(items())
    assert next(taken) == 0
    assert third.wait(10)  # made without being asked for
    assert made == [0, 1, 2]  # and no further: memory is bounded
    assert list(taken) == [1, 2, 3, 4]


def test_what_goes_wrong_while_making_is_raised_where_it_is_taken() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    taken = ahead(items())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="no more"):
        next(taken)


def test_who_stops_taking_stops_the_making() -> None:
    before = threading.active_count()
    taken = ahead(iter(range(1_000_000)))
    assert next(taken) == 0
    taken.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
