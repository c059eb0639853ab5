"""Checks that need nothing but the answer."""

from collections.abc import Callable
from typing import Final, assert_never

from midspan.pipelines.checks.json_answers import judge_json
from midspan.pipelines.checks.mentions import mentions
from midspan.pipelines.checks.numbers import is_close, numbers_in
from midspan.pipelines.checks.verdict import HOLDS, CannotCheckError, Verdict, fails, quoted
from midspan.pipelines.records import NO_ANSWER
from midspan.scorers.suite.checks import (
    ChoiceCheck,
    ExactCheck,
    JsonCheck,
    KeyPointsCheck,
    NumberCheck,
    RegexCheck,
    SubstringCheck,
)

DECORATION: Final = " \t\r\n\"'`*.!"
"""What models put around a word: quotes, emphasis, a full stop."""


LONGEST_ANSWER: Final = 4 * 2**20
"""Characters: as much as is read of what an agent returns. Of a longer answer nothing is said."""

AnswerCheck = (
    SubstringCheck
    | ExactCheck
    | RegexCheck
    | ChoiceCheck
    | NumberCheck
    | JsonCheck
    | KeyPointsCheck
)
Search = Callable[[str, str], bool]
"""Whether a pattern is found in a text."""


def judge_answer(check: AnswerCheck, answer: str | None, search: Search) -> Verdict:
    """Return whether a check of the answer holds; without an answer none does."""
    if answer is None:
        return fails(NO_ANSWER)
    if len(answer) > LONGEST_ANSWER:
        raise CannotCheckError(f"the answer has more than {LONGEST_ANSWER:,} characters")
    match check:
        case SubstringCheck():
            return judge_substring(check, answer)
        case ExactCheck():
            return judge_exact(check, answer)
        case RegexCheck():
            return judge_regex(check, answer, search)
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


def judge_substring(check: SubstringCheck, answer: str) -> Verdict:
    """Return whether the answer contains the text, by default as whole words in any case."""
    found = mentions(answer, check.value, within_word=check.within_word, case=check.case)
    return HOLDS if found else fails(f"{check.value!r} is not in the answer")


def judge_exact(check: ExactCheck, answer: str) -> Verdict:
    """Return whether the answer is the text; blanks around either do not count."""
    if answer.strip() == check.value.strip():
        return HOLDS
    return fails(f"{quoted(answer)} is not {quoted(check.value)}")


def judge_regex(check: RegexCheck, answer: str, search: Search) -> Verdict:
    """Return whether the pattern is found in the answer."""
    if search(check.pattern, answer):
        return HOLDS
    return fails(f"the pattern {check.pattern!r} is not found in {quoted(answer)}")


def judge_choice(check: ChoiceCheck, answer: str) -> Verdict:
    """Return whether the answer is one of the texts, in any case and with or without decoration."""
    if _bare(answer) in {_bare(value) for value in check.values}:
        return HOLDS
    return fails(f"{quoted(answer)} is not one of {', '.join(check.values)}")


def judge_number(check: NumberCheck, answer: str) -> Verdict:
    """Return whether the one number in the answer is the expected one."""
    numbers = numbers_in(answer)
    if len(numbers) != 1:
        return fails(f"{len(numbers)} numbers in the answer instead of one")
    if is_close(numbers[0], check.equals, check.tolerance):
        return HOLDS
    return fails(f"{numbers[0]} is another number than {check.equals:.15g}")


def judge_key_points(check: KeyPointsCheck, answer: str) -> Verdict:
    """Return whether enough points are mentioned; the detail always begins with how many."""
    missing = [point for point in check.values if not mentions(answer, point)]
    found, points = len(check.values) - len(missing), len(check.values)
    detail = f"{found} of {points} points found"
    if missing:
        detail += f", missing: {', '.join(missing)}"
    # 0.6 of 5 points are 3 of them, whatever the product is in binary.
    return Verdict(found >= check.at_least * points - 1e-9, detail)


def _bare(text: str) -> str:
    return (text.strip(DECORATION) or text.strip()).casefold()
