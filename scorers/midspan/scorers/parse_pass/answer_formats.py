"""What is wrong with an answer that must have a form, in words."""

import ast
import json
import re
import warnings
from functools import lru_cache
from typing import Any, Final, NoReturn, assert_never

import jsonschema_rs

from midspan.scorers.code_fences import fenced
from midspan.scorers.suite.answers import (
    AnswerFormat,
    ChoiceAnswer,
    FreeAnswer,
    JsonAnswer,
    NumberAnswer,
    PythonAnswer,
    RegexAnswer,
)

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def problem(answer: str, format_: AnswerFormat) -> str | None:
    """Return what keeps an answer from having its form; None where it has it.

    White space around the answer never counts. What a program could not read as it stands fails,
    also where it holds the right thing: JSON in a fence is not JSON.
    """
    text = answer.strip()
    found = _problem(text, format_)
    if found is None:
        return None
    inner = fenced(text)
    if inner is not None and _problem(inner, format_) is None:
        return f"{found}; what stands in its code fence would be right"
    return found


def _problem(text: str, format_: AnswerFormat) -> str | None:
    match format_:
        case FreeAnswer():
            return None
        case JsonAnswer():
            return _json_problem(text, json.dumps(format_.json_schema, sort_keys=True))
        case RegexAnswer():
            found = re.search(format_.pattern, text)
            return None if found else f"the pattern {format_.pattern!r} is not found in it"
        case ChoiceAnswer():
            choices = ", ".join(map(repr, format_.values))
            return None if text in format_.values else f"it is none of {choices}"
        case NumberAnswer():
            return None if _NUMBER.fullmatch(text) else "it is not a number"
        case PythonAnswer():
            return _python_problem(text)
        case _:
            assert_never(format_)


def _json_problem(text: str, schema: str) -> str | None:
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return f"it is not JSON: {error if isinstance(error, ValueError) else 'nested too deeply'}"
    if schema == "null":
        return None
    try:
        broken = next(iter(_validator(schema).iter_errors(document)), None)
    except ValueError as error:  # nested too deeply, or half of a surrogate pair
        return f"it cannot be held against the schema: {error}"
    if broken is None:
        return None
    place = "/".join(map(str, broken.instance_path))
    return f"it breaks the schema{f' at /{place}' if place else ''}: {broken.message}"


def _python_problem(text: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return "it is not a Python literal"
    return None


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for(json.loads(schema), retriever=_refuse_address)


def _refuse_address(address: str) -> NoReturn:
    raise ValueError(f"{address} is not part of the schema")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
