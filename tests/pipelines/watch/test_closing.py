"""What a watch says at its end: how much came, and what became of it."""

from pathlib import Path

import pytest

from midspan.pipelines.watch.closing import done, received
from midspan.pipelines.watch.figures import Figures, Told


def of_scorer(counters: dict[str, float], gauges: dict[str, float] | None = None) -> list[str]:
    told = Told(counters=dict(counters), gauges=gauges or {})
    return [*done({"scorer": told}, Path("state"))]


def test_counts_add_up() -> None:
    receiver = Figures(None)
    receiver.count("spans_accepted", 90)
    receiver.count("spans_refused", 10, reason="bad_id")
    receiver.count("requests_refused", 2, reason="too_large")
    receiver.count("log_records_accepted", 1)
    assert [*received({"receiver": receiver.told})] == [
        "100 spans came in: 90 accepted, 10 refused",
        "1 log record came in: 1 accepted, 0 refused",
        "2 requests refused as a whole",
    ]


def test_runs_are_told_by_how_they_ended() -> None:
    counters = {
        "runs_scored{outcome=success}": 3.0,
        "runs_scored{outcome=wrong}": 1.0,
        "runs_scored{outcome=timeout}": 2.0,
        "runs_scored{outcome=agent_error}": 1.0,
        "runs_scored{outcome=infra}": 1.0,
        "runs_scored{outcome=unscored}": 4.0,
        'runs_scored{outcome=a "new" one}': 1.0,
        "runs_late": 2.0,
    }
    assert of_scorer(counters, {"pending_runs": 5}) == [
        "13 runs scored, 2 of them again for what came late: 3 success, 1 wrong,"
        ' 3 errors (1 agent_error, 2 timeout), 1 infra, 4 unscored, 1 a "new" one',
        "unscored: no check said whether they did what was asked; their other scores stand",
        "5 runs were not complete yet: the next watch goes on with them",
    ]


def test_one_is_not_several() -> None:
    counters = {"runs_scored{outcome=budget}": 1.0, "rows_published{server=phoenix}": 1.0}
    assert of_scorer(counters | {"restarts{process=scorer}": 1.0}, {"pending_runs": 1}) == [
        "1 run scored: 1 error (budget)",
        "1 run was not complete yet: the next watch goes on with it",
        "1 row published",
        "processes that ended early were started again once",
    ]
    assert of_scorer({}) == ["0 runs scored"]


@pytest.mark.parametrize(
    ("done_with", "told"),
    [
        (12, "12 spans waited from an earlier watch: done with all of them"),
        (9, "12 spans waited from an earlier watch: done with 9, the next watch goes on with 3"),
        (0, "12 spans waited from an earlier watch: done with 0, the next watch goes on with 12"),
    ],
)
def test_what_an_earlier_watch_left_is_told(done_with: int, told: str) -> None:
    lines = of_scorer({"left_spans_done": float(done_with)}, {"left_spans": 12.0})
    assert lines == [told, "0 runs scored"]


def test_what_was_accepted_and_lost_is_told() -> None:
    counters = {
        "backlog_damaged_bytes": 512.0,
        "backlog_damaged_spans": 2.0,
        "backlog_deleted_spans": 1.0,
        "runs_set_aside": 1.0,
    }
    assert of_scorer(counters)[-3:] == [
        "1 run could not be scored: see state/set-aside",
        "512 bytes of the backlog could not be read: see state/backlog",
        "3 spans were accepted and lost: files of the backlog were damaged or deleted",
    ]
