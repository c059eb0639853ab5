"""Calls that began and never ended: nobody knows whether they failed."""

from tests.scorers.recovery.runs import bad, episodes_of, ok, operations_of, responses_of

NEVER_ENDED = {"executed": True, "failed": None, "fault": None}


def test_they_make_up_for_nothing() -> None:
    turns = [bad(id="A"), ok(id="A") | NEVER_ENDED]
    assert episodes_of(*turns) == [(0, None, "abandoned")]
    assert responses_of(*turns) == [(0, 1, "identical_retry")]


def test_they_are_no_attempts() -> None:
    assert operations_of(ok(id="A"), ok(id="B") | NEVER_ENDED) == [0]
    assert operations_of(bad(id="A"), ok(id="A") | NEVER_ENDED, ok(id="A")) == [0, 0]
