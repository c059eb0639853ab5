"""Which entries are scored together, and when nothing more need be waited for."""

from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.watch.backlog import Header
from midspan.pipelines.watch.scorer.pending import SECOND, Pending, Unit


def pending(quiet: int = 5, timeout: int = 600, since: int = 0) -> Pending:
    return Pending(quiet_ns=quiet * SECOND, timeout_ns=timeout * SECOND, since_ns=since * SECOND)


def header(
    at: int,
    trace: str | None = "t1",
    *,
    run: str | None = None,
    session: str | None = None,
    root: bool = False,
    logs: bool = False,
) -> Header:
    return Header(
        kind="logs" if logs else "traces",
        encoding="json",
        trace_id=trace,
        run_id=run,
        session=session,
        root_ended=root,
        spans=1,
        received_ns=at * SECOND,
    )


def due(waiting: Pending, second: int) -> list[Unit]:
    return waiting.due(second * SECOND, spans=1000, runs=1000)


def entries(units: list[Unit]) -> list[tuple[int, ...]]:
    return [unit.entries for unit in units]


def test_a_trace_is_due_when_its_root_has_ended_and_it_was_quiet() -> None:
    waiting = pending()
    waiting.add(1, header(0))
    waiting.add(2, header(1, root=True))
    waiting.add(3, header(4))
    assert due(waiting, 8) == []
    [unit] = due(waiting, 9)
    assert (unit.entries, unit.spans, unit.last_ns, unit.complete_ns) == (
        (1, 2, 3),
        3,
        4 * SECOND,
        9 * SECOND,
    )
    assert (len(waiting), waiting.entries) == (0, 0)


def test_what_comes_after_its_root_was_scored_waits_for_quiet_alone() -> None:
    waiting = pending()
    waiting.add(1, header(0, root=True))
    waiting.done(due(waiting, 5))
    waiting.add(2, header(60))
    assert due(waiting, 64) == []
    assert entries(due(waiting, 65)) == [(2,)]


def test_log_records_that_come_after_their_run_was_scored_wait_for_quiet_alone() -> None:
    waiting = pending()
    waiting.add(1, header(0, root=True))
    waiting.done(due(waiting, 5))
    waiting.add(2, header(60, logs=True))
    assert due(waiting, 64) == []
    assert entries(due(waiting, 65)) == [(2,)]


def test_what_an_earlier_watch_left_is_known() -> None:
    waiting = pending(since=10)
    waiting.add(1, header(8))
    waiting.add(2, header(9, logs=True))
    waiting.add(3, header(10, root=True))
    waiting.add(4, header(11, "t2", root=True))
    assert waiting.left == 1
    assert [(unit.entries, unit.left) for unit in due(waiting, 60)] == [((1, 2, 3), 1), ((4,), 0)]


def test_without_its_root_a_trace_is_due_after_the_timeout() -> None:
    waiting = pending()
    waiting.add(1, header(0))
    waiting.add(2, header(100))
    assert due(waiting, 699) == []
    assert entries(due(waiting, 700)) == [(1, 2)]


def test_all_roots_of_a_run_have_to_end() -> None:
    waiting = pending()
    waiting.add(1, header(0, "t1", run="r", root=True))
    waiting.add(2, header(0, "t2", run="r"))
    assert due(waiting, 60) == []
    waiting.add(3, header(60, "t2", root=True))
    assert entries(due(waiting, 65)) == [(1, 2, 3)]


def test_traces_of_a_session_are_one_unit_unless_they_name_their_runs() -> None:
    waiting = pending()
    waiting.add(1, header(0, "t1", session="s", root=True))
    waiting.add(2, header(0, "t2", session="s"))
    waiting.add(3, header(1, "t3", session="s", root=True))
    waiting.add(4, header(2, "t2", run="r", root=True))
    assert sorted(entries(due(waiting, 20))) == [(1, 3), (2, 4)]


def test_what_is_left_of_a_session_is_due_when_the_open_trace_leaves_it() -> None:
    waiting = pending()
    waiting.add(1, header(0, "t1", session="s", root=True))
    waiting.add(2, header(0, "t2", session="s"))
    waiting.add(3, header(1, "t2", run="r"))
    assert entries(due(waiting, 20)) == [(1,)]


def test_when_the_next_unit_is_due_is_known() -> None:
    waiting = pending()
    assert waiting.next_due() is None
    waiting.add(1, header(0))
    assert waiting.next_due() == 600 * SECOND
    waiting.add(2, header(1, root=True))
    assert waiting.next_due() == 6 * SECOND
    waiting.add(3, header(4))
    assert waiting.next_due() == 9 * SECOND
    due(waiting, 9)
    assert waiting.next_due() is None


def test_log_records_wait_for_the_spans_of_their_trace() -> None:
    waiting = pending()
    waiting.add(1, header(0, "t1", logs=True))
    assert due(waiting, 60) == []
    waiting.add(2, header(60, "t1", root=True))
    assert entries(due(waiting, 65)) == [(1, 2)]


def test_records_of_a_session_that_name_no_trace_go_with_its_spans() -> None:
    waiting = pending()
    waiting.add(1, header(0, None, session="s", logs=True))
    waiting.add(2, header(0, "t1", session="s", root=True))
    waiting.add(3, header(0, None, session="other", logs=True))
    assert entries(due(waiting, 20)) == [(1, 2)]
    assert entries(due(waiting, 600)) == [(3,)]


def test_a_session_that_is_never_quiet_is_due_after_the_timeout() -> None:
    waiting = pending(timeout=60)
    for second in range(0, 70, 2):
        waiting.add(second, header(second, f"t{second}", session="s", root=True))
        if second < 60:
            assert due(waiting, second) == []
    assert len(due(waiting, 70)) == 1


def test_what_comes_while_a_run_is_at_work_waits_until_that_is_done() -> None:
    waiting = pending()
    waiting.add(1, header(0, root=True))
    first = due(waiting, 10)
    waiting.add(2, header(11, root=True))
    assert due(waiting, 60) == []
    waiting.done(first)
    assert entries(due(waiting, 60)) == [(2,)]


def test_a_trace_at_work_keeps_the_run_waiting_that_it_turns_out_to_be_of() -> None:
    waiting = pending()
    waiting.add(1, header(0, root=True))
    first = due(waiting, 10)
    waiting.add(2, header(11, run="r", root=True))
    assert due(waiting, 60) == []
    waiting.done(first)
    assert entries(due(waiting, 60)) == [(2,)]


def test_no_more_than_a_batch_at_a_time_the_longest_waiting_first() -> None:
    waiting = pending()
    for second in range(4):
        waiting.add(second, header(second, f"t{second}", root=True))
    assert entries(waiting.due(60 * SECOND, spans=2, runs=9)) == [(0,), (1,)]
    assert entries(waiting.due(60 * SECOND, spans=9, runs=1)) == [(2,)]
    assert entries(waiting.due(0, spans=9, runs=9, all_of_it=True)) == [(3,)]


coming = st.lists(
    st.builds(
        header,
        st.integers(0, 50),
        st.sampled_from(["t1", "t2", "t3", "t4", None]),
        run=st.sampled_from([None, None, "r1", "r2"]),
        session=st.sampled_from([None, "s1", "s2"]),
        root=st.booleans(),
        logs=st.booleans(),
    ),
    max_size=30,
)


@given(coming, st.integers(1, 5))
def test_every_entry_is_given_once_and_a_trace_by_one_batch_at_a_time(
    headers: list[Header], runs: int
) -> None:
    waiting = pending(quiet=3, timeout=20)
    given_out: list[int] = []
    second = 0
    for number, each in enumerate(headers):
        waiting.add(number, each)
        second = max(second, each.received_ns // SECOND)
        units = waiting.due(second * SECOND, spans=100, runs=runs)
        traces = [name for unit in units for name in unit.traces]
        assert len(traces) == len(set(traces))
        waiting.done(units)
        given_out += [entry for unit in units for entry in unit.entries]
    while units := waiting.due((second + 40) * SECOND, spans=100, runs=runs):
        waiting.done(units)
        given_out += [entry for unit in units for entry in unit.entries]
    assert sorted(given_out) == list(range(len(headers)))
    assert (len(waiting), waiting.entries, waiting.oldest_ns()) == (0, 0, None)
