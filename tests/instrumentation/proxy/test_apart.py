"""A recorder in a process of its own."""

from pathlib import Path

import pytest

from midspan.instrumentation.proxy.apart import RecorderApart
from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.proxy.settings import ProxySettings
from tests.instrumentation.proxy.test_robustness import exchange

ORIGIN = Origin.parse("http://h")


def test_it_records_what_it_is_handed_and_counts(tmp_path: Path) -> None:
    recorder = RecorderApart(ProxySettings(upstream=ORIGIN, spool=str(tmp_path)))
    given = [exchange(b'{"model": "m", "messages": []}') for _ in range(20)]
    for each in given:
        recorder.put(each)
    recorder.put(exchange(b"{}", api="no such api"))
    tally = recorder.close(60)
    assert (tally.recorded, tally.lost) == (20, 1)
    assert sum(file.read_text().count("chat m") for file in tmp_path.iterdir()) == 20
    assert {each.request.whole() for each in given} == {None}


def test_where_it_dies_nothing_waits_and_what_is_lost_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder = RecorderApart(ProxySettings(upstream=ORIGIN))
    recorder._process.kill()
    recorder._process.wait()
    for _ in range(3):
        recorder.put(exchange(b"{}"))
    tally = recorder.close(60)
    assert (tally.recorded, tally.lost) == (0, 3)
    assert sum("has gone" in each.message for each in caplog.records) == 1


def test_it_is_told_no_key() -> None:
    settings = ProxySettings(upstream=ORIGIN, upstream_key="sk-real", token="t0k")
    recorder = RecorderApart(settings)
    told = recorder._settings
    recorder.close(60)
    assert (told.upstream_key, told.token) == (None, None)


def test_it_says_whether_it_records(tmp_path: Path) -> None:
    recorder = RecorderApart(ProxySettings(upstream=ORIGIN, spool=str(tmp_path)))
    assert recorder.is_recording
    recorder._process.kill()
    recorder._process.wait()
    assert not recorder.is_recording
    recorder.close(10)
