"""When files of a spool may be read: closed with a result, closed and quiet, or given up on."""

from pathlib import Path

from midspan.pipelines.watch.tails.groups import Groups
from midspan.pipelines.watch.tails.listing import Found, is_settled

RUN, OTHER = "4f1c2ab0" * 4, "5f1c2ab0" * 4
QUIET, TIMEOUT = 5.0, 600.0


def found(name: str, size: int = 10) -> Found:
    version = "" if is_settled(name) else str(size)
    return Found(f"/spool/{name}", version, size, Path("/spool", name))


def groups(*planned: str) -> Groups:
    return Groups(quiet=QUIET, timeout=TIMEOUT, is_planned=lambda run: run in planned)


def ready(these: Groups, now: float, *, every: bool = False) -> list[list[str]]:
    return [
        [one.location.name for one in group.found] for group in these.ready(now=now, every=every)
    ]


def test_a_launch_with_its_result_is_whole_at_once() -> None:
    these = groups(RUN)
    spool, result = f"{RUN}-0.otlp.jsonl", f"{RUN}-0.result.json"
    these.look([found(spool)], now=0)
    assert ready(these, 100) == []
    these.look([found(spool), found(result)], now=100)
    assert ready(these, 100) == [[spool, result]]


def test_a_run_that_nobody_planned_is_whole_when_it_was_quiet() -> None:
    these = groups()
    these.look([found(f"{RUN}-0.otlp.jsonl")], now=0)
    assert ready(these, QUIET - 0.1) == []
    assert ready(these, QUIET) == [[f"{RUN}-0.otlp.jsonl"]]


def test_a_planned_one_is_waited_for_until_the_time_is_up() -> None:
    these = groups(RUN)
    these.look([found(f"{RUN}-0.otlp.jsonl")], now=0)
    assert ready(these, TIMEOUT - 1) == []
    assert ready(these, TIMEOUT) == [[f"{RUN}-0.otlp.jsonl"]]


def test_what_is_still_written_waits_and_what_grows_waits_anew() -> None:
    these, part = groups(), f"{RUN}-0.otlp.jsonl.part"
    these.look([found(part, 10)], now=0)
    these.look([found(part, 20)], now=500)
    these.look([found(part, 20)], now=700)
    assert ready(these, 1099) == []
    assert ready(these, 1100) == [[part]]


def test_an_open_segment_holds_back_the_closed_ones() -> None:
    these = groups()
    names = [f"{RUN}-0.otlp.jsonl", f"{RUN}-0.001.otlp.jsonl", f"{RUN}-0.002.otlp.jsonl.part"]
    these.look(map(found, names), now=0)
    assert ready(these, 60) == []
    these.look(map(found, [*names[:2], names[2].removesuffix(".part")]), now=60)
    assert ready(these, 64) == []
    assert ready(these, 65) == [sorted([*names[:2], names[2].removesuffix(".part")])]


def test_a_result_ends_the_wait_for_a_file_that_was_never_closed() -> None:
    these = groups(RUN)
    names = [f"{RUN}-0.otlp.jsonl.part", f"{RUN}-0.result.json"]
    these.look(map(found, names), now=0)
    assert ready(these, 0) == [names]


def test_launches_are_apart_and_a_result_of_one_says_nothing_of_the_next() -> None:
    these = groups(RUN, OTHER)
    these.look(
        map(found, [f"{RUN}-0.result.json", f"{RUN}-1.otlp.jsonl", f"{OTHER}-0.otlp.jsonl"]), now=0
    )
    assert ready(these, 1) == [[f"{RUN}-0.result.json"]]


def test_a_result_that_was_read_before_still_counts() -> None:
    these = groups(RUN)
    these.had_result(f"{RUN}-0.result.json")
    these.look([found(f"{RUN}-0.001.otlp.jsonl")], now=0)
    assert ready(these, 0) == [[f"{RUN}-0.001.otlp.jsonl"]]


def test_what_is_gone_waits_no_more() -> None:
    these = groups()
    these.look([found(f"{RUN}-0.otlp.jsonl"), found("other.jsonl")], now=0)
    assert len(these) == 2
    these.look([found("other.jsonl")], now=1)
    assert ready(these, 100) == [["other.jsonl"]]
    these.look([], now=2)
    assert len(these) == 0


def test_every_one_is_given_when_asked_for_and_taken_ones_are_not() -> None:
    these = groups(RUN)
    these.look([found(f"{RUN}-0.otlp.jsonl.part"), found("plan.jsonl")], now=0)
    assert ready(these, 0) == []
    assert len(ready(these, 0, every=True)) == 2
    for group in list(these.ready(now=0, every=True)):
        these.taken(group)
    assert ready(these, 0, every=True) == []
