"""Expected calls in a file of their own: one JSON object a line, for traces without a suite."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ValidationError

from midspan.scorers.file_format.fields import Text
from midspan.scorers.file_format.problems import InvalidFile, KeyPath, Problem
from midspan.scorers.file_format.validation import problems_of
from midspan.scorers.suite.expected_calls import ExpectedCalls


class TaskExpectation(ExpectedCalls):
    """The calls that one task expects, named by its id."""

    task: Text
    """Id of the task, as the runs have it."""

    other_words: ClassVar[dict[str, str]] = {"id": "task", "task_id": "task", "expected": "calls"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a file that holds a JSON value a line."""

    source: str
    number: int
    data: Any

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem of this line at a key path."""
        return Problem(source=self.source, line=self.number, path=path, message=message)


def read_expectations(text: str, source: str) -> Mapping[str, ExpectedCalls]:
    """Return the expected calls of each task in JSON lines; raise with all that is wrong.

    Each line is `{"task": ..., "calls": [...]}`, and may say `mode`, `arguments`, `scope`, `lists`
    and `state_changing`, as `expected_calls` of a suite does. Empty lines are passed over.
    """
    found: dict[str, ExpectedCalls] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = []
    # Not `splitlines`: it would split at separators that JSON leaves as they are inside text.
    for number, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            one = _read(written, number, source)
        except InvalidFile as error:
            problems += error.problems
            continue
        if one.task in found:
            message = f"the task {one.task!r} stands twice, first in line {first[one.task]}"
            line = Line(source=source, number=number, data=None)
            problems.append(line.problem(("task",), message))
            continue
        first[one.task] = number
        said = one.model_fields_set - {"task"}
        found[one.task] = ExpectedCalls(**{name: getattr(one, name) for name in said})
    if problems:
        raise InvalidFile(problems)
    return found


def _read(written: str, number: int, source: str) -> TaskExpectation:
    line = Line(source=source, number=number, data=None)
    try:
        data = json.loads(
            written,
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno}"
        raise InvalidFile([line.problem((), message)]) from None
    except RecursionError:
        raise InvalidFile([line.problem((), "nested too deeply")]) from None
    except ValueError as error:
        raise InvalidFile([line.problem((), str(error))]) from None
    if not isinstance(data, dict):
        message = 'must be a mapping: {"task": ..., "calls": [...]}'
        raise InvalidFile([line.problem((), message)])
    shapes: dict[int, Any] = {}
    try:
        return TaskExpectation.model_validate(data, context=shapes)
    except ValidationError as error:
        whole = Line(source=source, number=number, data=data)
        raise InvalidFile(problems_of(whole, error, shapes)) from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} must be a finite number")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return data
