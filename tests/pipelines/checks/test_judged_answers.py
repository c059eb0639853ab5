"""Checks judged from an answer alone, by the code that judges where a run ran."""

from pathlib import Path

import pytest

from midspan.pipelines.checks import judge_answers, run_checks
from midspan.scorers.suite import Suite
from tests.pipelines.checks.test_checking import EVERY_KIND

CHECKS = Suite.parse(EVERY_KIND).tasks[0].checks
OF_THE_ANSWER = CHECKS[:7]


@pytest.mark.parametrize("answer", ["a", "1", " A. ", "1 2", "```json\n1\n```", "", None])
def test_it_says_what_is_said_where_the_run_ran(tmp_path: Path, answer: str | None) -> None:
    there = run_checks(OF_THE_ANSWER, answer=answer, directory=tmp_path)
    here = judge_answers([(check, answer) for check in OF_THE_ANSWER])
    assert here == [(result.passed, result.detail) for result in there]
    assert {check.kind for check in OF_THE_ANSWER} == {
        "substring",
        "exact",
        "regex",
        "choice",
        "number",
        "json",
        "key_points",
    }


def test_of_what_reads_a_directory_nothing_is_said_and_nothing_is_executed() -> None:
    gone = (None, "it reads the run's directory, which is gone")
    left = (None, "judged by scoring, from the calls of the run (calls_match)")
    assert judge_answers([(check, "a") for check in CHECKS[7:]]) == [gone, gone, gone, left]


@pytest.mark.parametrize("check", OF_THE_ANSWER, ids=lambda check: check.kind)
def test_an_answer_longer_than_any_that_an_agent_returns_is_not_read(
    check: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midspan.pipelines.checks.answers.LONGEST_ANSWER", 1_000)
    found = judge_answers([(check, "1" * 1_001), (check, "1" * 1_000)])  # type: ignore[list-item]
    assert found[0] == (None, "the answer has more than 1,000 characters")
    assert found[1][0] is False


@pytest.mark.parametrize(
    "answer",
    ["```" + "\n" * 4_000_000, "```json\n" * 500_000, "a" + "\u0301\u0323" * 2_000_000],
    ids=["line ends", "fences", "marks"],
)
def test_answers_made_to_take_for_ever_do_not(answer: str) -> None:
    """Each would take hours where the time grew with the square of what an agent wrote."""
    verdicts = judge_answers([(check, answer) for check in OF_THE_ANSWER])
    assert {passed for passed, _ in verdicts} <= {True, False}
