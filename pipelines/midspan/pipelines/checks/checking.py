"""How each check of a task came out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

from midspan.pipelines.checks.answers import (
    judge_choice,
    judge_exact,
    judge_key_points,
    judge_number,
    judge_regex,
    judge_substring,
)
from midspan.pipelines.checks.commands import judge_command
from midspan.pipelines.checks.files import judge_file
from midspan.pipelines.checks.json_answers import judge_json
from midspan.pipelines.checks.state import judge_state
from midspan.pipelines.checks.verdict import (
    CannotCheckError,
    FailedCheckError,
    Verdict,
    fails,
)
from midspan.pipelines.records import NO_ANSWER, CheckResult
from midspan.scorers.suite import Check
from midspan.scorers.suite.checks import (
    ChoiceCheck,
    CommandCheck,
    ExactCheck,
    ExpectedCallsCheck,
    FileCheck,
    JsonCheck,
    KeyPointsCheck,
    NumberCheck,
    RegexCheck,
    StateCheck,
    SubstringCheck,
)

LEFT_TO_SCORING: Final = "judged by scoring, from the calls of the run (calls_match)"
"""What the record says of a check that only the spans can answer."""


def run_checks(
    checks: Sequence[Check], *, answer: str | None, directory: Path
) -> list[CheckResult]:
    """Return how the checks came out, in their order; run them once, where the run ran.

    A check that could not be run has `passed` null and says why. Commands run with our own rights,
    bounded and with a bare environment; nothing is written and no network is used by us.
    """
    return [_result(check, answer, directory) for check in checks]


def _result(check: Check, answer: str | None, directory: Path) -> CheckResult:
    try:
        verdict = _verdict(check, answer, directory).shortened()
    except FailedCheckError as error:
        verdict = fails(str(error)).shortened()
    except CannotCheckError as error:
        verdict = Verdict(None, str(error)).shortened()
    except Exception as error:
        # One check that breaks leaves the others, and the record of the run, as they are.
        verdict = Verdict(None, f"{type(error).__name__}: {error}").shortened()
    return CheckResult(
        id=check.id, kind=check.kind, passed=verdict.passed, detail=_written(verdict.detail)
    )


def _verdict(check: Check, answer: str | None, directory: Path) -> Verdict:
    match check:
        case FileCheck():
            return judge_file(check, directory)
        case StateCheck():
            return judge_state(check, directory)
        case CommandCheck():
            return judge_command(check, directory)
        case ExpectedCallsCheck():
            return Verdict(None, LEFT_TO_SCORING)
    if answer is None:
        return fails(NO_ANSWER)
    match check:
        case SubstringCheck():
            return judge_substring(check, answer)
        case ExactCheck():
            return judge_exact(check, answer)
        case RegexCheck():
            return judge_regex(check, answer)
        case ChoiceCheck():
            return judge_choice(check, answer)
        case NumberCheck():
            return judge_number(check, answer)
        case JsonCheck():
            return judge_json(check, answer)
        case KeyPointsCheck():
            return judge_key_points(check, answer)
        case _:
            assert_never(check)


def _written(text: str | None) -> str | None:
    """Return the text without halves of surrogate pairs, which no record can hold."""
    return text and text.encode(errors="backslashreplace").decode()
