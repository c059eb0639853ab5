"""What a task asks for, in words."""

import json
from collections.abc import Mapping
from typing import Any, Final

from midspan.scorers.suite import AnswerFormat, Check, ExpectedCalls

_SAYS: Final[Mapping[str, str]] = {
    "substring": "the answer contains",
    "exact": "the answer is exactly",
    "regex": "the answer matches",
    "choice": "the answer is one of",
    "number": "the answer is the number",
    "json": "the answer is JSON",
    "key_points": "the answer mentions",
    "file": "of a file",
    "state": "afterwards",
    "command": "the command exits with 0",
    "expected_calls": "the expected calls were made",
}
_UNNAMED: Final = frozenset({"value", "pattern", "values"})
_MODES: Final[Mapping[str, str]] = {
    "strict": "these and no others, in this order",
    "in_order": "in this order",
    "any_order": "in any order",
    "unordered": "these and no others, in any order",
    "subset": "no others",
}


def check_words(check: Check) -> str:
    """Return what a check asks for, in one line."""
    given: dict[str, Any] = check.model_dump(mode="json", exclude_unset=True)
    details = [
        _value(value) if name in _UNNAMED else f"{name} {_value(value)}"
        for name, value in given.items()
        if name not in ("id", "kind")
    ]
    said = _SAYS[check.kind]
    if check.kind == "number" and "equals" in given:
        details = [_value(given["equals"]), *(each for each in details if each[:6] != "equals")]
    return f"{said} {', '.join(details)}" if details else said


def answer_words(answer: AnswerFormat) -> str:
    """Return the form that an answer is asked for in."""
    return str(answer.format)


def expected_words(expected: ExpectedCalls | None) -> str | None:
    """Return which calls are expected; None where none are compared."""
    if expected is None:
        return None
    if not expected.calls:
        return "no call"
    names = ", ".join(call.name for call in expected.calls)
    return f"{names} ({_MODES.get(str(expected.mode), str(expected.mode))})"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
