"""Which run comes next."""

from threading import Thread
from typing import Any, cast

from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.worker.schedule import Due, Schedule


def runs(*names: str) -> list[SweepRun]:
    return cast(list[SweepRun], list(names))


def taken(schedule: Schedule) -> Any:
    due = schedule.take()
    return due and due.run


def test_runs_come_in_order_and_then_no_more() -> None:
    schedule = Schedule(runs("a", "b"))
    assert [taken(schedule), taken(schedule)] == ["a", "b"]
    schedule.over()
    schedule.over()
    assert taken(schedule) is None


def test_a_run_that_is_due_again_comes_before_the_rest_but_not_before_its_time() -> None:
    now = [0.0]
    schedule = Schedule(runs("a", "b", "c"), clock=lambda: now[0])
    first = schedule.take()
    assert first is not None
    schedule.again(first, after=5, tried=1)
    assert taken(schedule) == "b"
    now[0] = 5
    assert schedule.take() == Due(run=first.run, tried=1)
    assert taken(schedule) == "c"


def test_whoever_asks_waits_while_a_run_under_way_may_come_again() -> None:
    schedule, got = Schedule(runs("a")), []
    due = schedule.take()
    assert due is not None
    asking = Thread(target=lambda: got.append(taken(schedule)))
    asking.start()
    schedule.again(due, after=0, tried=1)
    asking.join(10)
    assert got == ["a"]


def test_stopped_it_gives_nothing_more() -> None:
    schedule, got = Schedule(runs("a", "b")), []
    schedule.take()
    schedule.stop()
    assert taken(schedule) is None
    waiting = Schedule(runs("a"))
    waiting.take()
    asking = Thread(target=lambda: got.append(taken(waiting)))
    asking.start()
    waiting.stop()
    asking.join(10)
    assert got == [None]
