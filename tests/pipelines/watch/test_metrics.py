"""Figures of all processes, as Prometheus reads them."""

import errno
from multiprocessing.context import SpawnProcess

import pytest
from prometheus_client.parser import text_string_to_metric_families

from midspan.pipelines.watch.children import Child
from midspan.pipelines.watch.figures import Figures, Told
from midspan.pipelines.watch.health import damage, problems
from midspan.pipelines.watch.metrics import page, registry


def figures() -> dict[str, Told]:
    receiver, scorer = Figures(None), Figures(None)
    receiver.count("spans_accepted", 90)
    receiver.count("spans_refused", 10, reason="bad_id")
    receiver.count("requests_refused", 2, reason="too_large")
    receiver.gauge("backlog_bytes", 2**20)
    scorer.count("runs_scored", 3, outcome="success")
    scorer.count("runs_scored", 1, outcome='a "bad" one')
    scorer.gauge("pending_runs", 5)
    scorer.observe("scoring_lag_seconds", 0.3, times=2)
    scorer.observe("scoring_lag_seconds", 2000)
    return {"receiver": receiver.told, "scorer": scorer.told}


def test_prometheus_reads_all_of_it() -> None:
    text = page(registry(figures)).decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["midspan_watch_spans_accepted_total",] == 90
    assert found["midspan_watch_spans_refused_total", "bad_id"] == 10
    assert found["midspan_watch_runs_scored_total", "success"] == 3
    assert found["midspan_watch_runs_scored_total", 'a "bad" one'] == 1
    assert found["midspan_watch_pending_runs",] == 5
    assert found["midspan_watch_scoring_lag_seconds_bucket", "0.25"] == 0
    assert found["midspan_watch_scoring_lag_seconds_bucket", "0.5"] == 2
    assert found["midspan_watch_scoring_lag_seconds_bucket", "900.0"] == 2
    assert found["midspan_watch_scoring_lag_seconds_bucket", "+Inf"] == 3
    assert found["midspan_watch_scoring_lag_seconds_count",] == 3
    assert found["midspan_watch_scoring_lag_seconds_sum",] == 2000.6


def test_silence_and_delay_of_the_scorer_are_told() -> None:
    scorer = Figures(None)
    scorer.gauge("heartbeat_timestamp_seconds", 1000.0)
    scorer.gauge("behind_seconds", 500.0)

    def found(running_for: float) -> list[str]:
        return problems(
            {"scorer": scorer.told}, {}, None, running_for=running_for, clock=lambda: 1100.0
        )

    assert found(10.0) == ["scoring is 500 s behind"]
    assert found(100.0) == [
        "the scorer has given no sign of life for 100 s",
        "scoring is 500 s behind",
    ]


def test_what_the_disk_has_lost_is_named() -> None:
    receiver, scorer = Figures(None), Figures(None)
    assert damage({"receiver": receiver.told, "scorer": scorer.told}) == []
    receiver.count("backlog_deleted_spans", 3)
    receiver.count("backlog_deleted_bytes", 900)
    scorer.count("backlog_damaged_bytes", 512)
    scorer.count("backlog_damaged_spans", 1)
    assert damage({"receiver": receiver.told, "scorer": scorer.told}) == [
        "512 bytes of the backlog were damaged, and passed over",
        "1 span damaged in the backlog: their runs are set aside",
        "3 spans in a segment that was deleted as it was written",
    ]


def test_a_process_that_ends_is_started_again_with_longer_waits() -> None:
    now = 0.0
    child = Child("scorer", "midspan.pipelines.watch.not_there", None, clock=lambda: now)
    try:
        for wait in (0.5, 1.0, 2.0):
            child.end(30.0)
            before = child.restarts
            child.look_after()
            now += wait - 0.01
            child.look_after()
            assert child.restarts == before
            now += 0.02
            child.look_after()
            assert child.restarts == before + 1
            told = problems({}, {"scorer": child}, None, running_for=10.0)
            ended = "the scorer ended within the last minute and was started again"
            often = "the scorer had to be started again 3 times within an hour"
            assert (often if child.restarts == 3 else ended) in told
        now += 61.0
        assert child.restarts_within(60.0) == 0
        assert often in problems({}, {"scorer": child}, None, running_for=10.0)
        now += 3600.0
        assert often not in problems({}, {"scorer": child}, None, running_for=10.0)
    finally:
        child.end(0)


def test_a_process_that_cannot_be_started_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: SpawnProcess) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    now = 0.0
    child = Child("scorer", "midspan.pipelines.watch.not_there", None, clock=lambda: now)
    try:
        child.end(30.0)
        child.look_after()
        now = 1.0
        with monkeypatch.context() as patched:
            patched.setattr(SpawnProcess, "start", refused)
            for _ in range(2):
                with pytest.raises(OSError, match="Too many open files"):
                    child.look_after()
        assert child.restarts == 0
        child.look_after()
        assert child.restarts == 1
    finally:
        child.end(0)
