"""Searches in a process of their own, many of them in one, each within its time."""

import os
import signal
import time

import pytest

from midspan.pipelines.checks.patterns import Searches, is_found
from midspan.pipelines.checks.verdict import CannotCheckError
from tests.pipelines.checks.judging import is_gone

ENDLESS = ("^(a+)+$", "a" * 60 + "b")


def test_many_searches_share_a_process_which_ends_with_them() -> None:
    with Searches() as searches:
        assert [searches.is_found("b+", text) for text in ("abc", "ac", "\n", "ü\ud800b")] == [
            True,
            False,
            False,
            True,
        ]
        assert searches._process is not None
        pid = searches._process.pid
        assert searches.is_found("^$", "")
        assert searches._process.pid == pid
    assert is_gone(pid)


def test_nothing_is_started_for_nothing() -> None:
    with Searches() as searches:
        assert searches._process is None


def test_a_text_of_megabytes_is_searched() -> None:
    assert is_found("needle$", "hay" * 2**20 + "needle")


def test_what_takes_too_long_is_ended_and_the_next_search_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("midspan.pipelines.checks.patterns.SECONDS", 0.5)
    with Searches() as searches:
        assert searches.is_found("a", "a")
        assert searches._process is not None
        pid = searches._process.pid
        with pytest.raises(CannotCheckError, match=r"took longer than 0\.5 seconds$"):
            searches.is_found(*ENDLESS)
        assert is_gone(pid)
        assert searches.is_found("a", "a")


def test_after_some_that_took_too_long_each_gets_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midspan.pipelines.checks.patterns.SECONDS", 0.4)
    monkeypatch.setattr("midspan.pipelines.checks.patterns.HURRIED", 0.2)
    said = []
    with Searches() as searches:
        for _ in range(4):
            with pytest.raises(CannotCheckError) as error:
                searches.is_found(*ENDLESS)
            said.append(str(error.value).rpartition(" took longer than ")[2])
    assert said == ["0.4 seconds"] * 3 + ["0.2 seconds"]


def test_a_process_that_somebody_ended_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Searches() as searches:
        assert searches.is_found("a", "a")
        assert searches._process is not None
        os.kill(searches._process.pid, signal.SIGKILL)
        time.sleep(0.1)
        with pytest.raises(CannotCheckError, match="the search for 'a' did not work: "):
            searches.is_found("a", "a")
        assert searches.is_found("a", "a")


def test_a_search_that_nobody_waits_for_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midspan.pipelines.checks.patterns.ABANDONED", 1)
    with Searches() as searches:
        with pytest.raises(CannotCheckError, match=r"did not work: its process ended with -14$"):
            searches.is_found(*ENDLESS)
        # Of one that waits for the next text nobody has to be afraid.
        assert searches.is_found("a", "a")
        time.sleep(1.2)
        assert searches.is_found("a", "a")


def test_a_pattern_that_is_none_is_told() -> None:
    with pytest.raises(CannotCheckError, match=r"did not work: (error|PatternError): missing \)"):
        is_found("(", "text")
