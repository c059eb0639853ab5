"""How each check of a task came out: where the run ran, or from what was recorded of its answer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.checks.answers import Search, judge_answer
from midspan.pipelines.checks.commands import judge_command
from midspan.pipelines.checks.files import judge_file
from midspan.pipelines.checks.patterns import Searches
from midspan.pipelines.checks.state import judge_state
from midspan.pipelines.checks.verdict import (
    CannotCheckError,
    FailedCheckError,
    Verdict,
    fails,
)
from midspan.pipelines.records import CheckResult
from midspan.scorers.answer_judge import Verdict as PlainVerdict
from midspan.scorers.suite import Check
from midspan.scorers.suite.checks import (
    CommandCheck,
    ExpectedCallsCheck,
    FileCheck,
    StateCheck,
)

LEFT_TO_SCORING: Final = "judged by scoring, from the calls of the run (calls_match)"
"""What the record says of a check that only the spans can answer."""

DIRECTORY_GONE: Final = "it reads the run's directory, which is gone"


def run_checks(
    checks: Sequence[Check], *, answer: str | None, directory: Path
) -> list[CheckResult]:
    """Return how the checks came out, in their order; run them once, where the run ran.

    A check that could not be run has `passed` null and says why. Commands run with our own rights,
    bounded and with a bare environment; nothing is written and no network is used by us.
    """
    with Searches() as searches:
        return [_result(check, answer, directory, searches.is_found) for check in checks]


def judge_answers(asked: Sequence[tuple[Check, str | None]]) -> list[PlainVerdict]:
    """Return how checks came out that need nothing but the answer that stands with each.

    The same code judges as where a run ran. Nothing is executed and no file is read: of a check
    that would have to, nothing is said.
    """
    with Searches() as searches:
        results = [_result(check, answer, None, searches.is_found) for check, answer in asked]
    return [(result.passed, result.detail) for result in results]


def _result(
    check: Check, answer: str | None, directory: Path | None, search: Search
) -> CheckResult:
    verdict = _caught(lambda: _verdict(check, answer, directory, search)).shortened()
    # A half of a surrogate pair is something that no record can hold.
    detail = verdict.detail and verdict.detail.encode(errors="backslashreplace").decode()
    return CheckResult(id=check.id, kind=check.kind, passed=verdict.passed, detail=detail)


def _caught(judge: Callable[[], Verdict]) -> Verdict:
    try:
        return judge()
    except FailedCheckError as error:
        return fails(str(error))
    except CannotCheckError as error:
        return Verdict(None, str(error))
    except Exception as error:
        # One check that breaks leaves the others, and the record of the run, as they are.
        return Verdict(None, f"{type(error).__name__}: {error}")


def _verdict(check: Check, answer: str | None, directory: Path | None, search: Search) -> Verdict:
    match check:
        case ExpectedCallsCheck():
            return Verdict(None, LEFT_TO_SCORING)
        case FileCheck() | StateCheck() | CommandCheck():
            if directory is None:
                raise CannotCheckError(DIRECTORY_GONE)
            return _verdict_in(check, directory)
        case _:
            return judge_answer(check, answer, search)


def _verdict_in(check: FileCheck | StateCheck | CommandCheck, directory: Path) -> Verdict:
    match check:
        case FileCheck():
            return judge_file(check, directory)
        case StateCheck():
            return judge_state(check, directory)
        case CommandCheck():
            return judge_command(check, directory)
