"""Reads a document as a model, and tells every problem with its line."""

import re
from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from midspan.scorers.file_format.choices import CHOICE_ERROR
from midspan.scorers.file_format.document import Document
from midspan.scorers.file_format.models import Shapes, Strict
from midspan.scorers.file_format.problems import (
    InvalidFile,
    KeyPath,
    Problem,
    did_you_mean,
    suggestion,
)

Model = TypeVar("Model", bound=Strict)

CONTRACT: Final = 1
"""The version of the file formats that this release reads and writes."""

_CROSS_ERROR: Final = "midspan_cross_references"

_WORDS: Final = {
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping (key: value)",
    "mapping_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
}


class Located(Protocol):
    """Data that was read from a file, and knows the line of each part."""

    @property
    def data(self) -> Any:
        """Return the data."""
        ...

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem at a key path."""
        ...


def read_model(document: Document, model: type[Model]) -> Model:
    """Return the document as the model; raise `InvalidFile` with everything that is wrong."""
    check_contract(document)
    shapes: Shapes = {}
    try:
        return model.model_validate(document.data, context=shapes)
    except ValidationError as error:
        raise InvalidFile(problems_of(document, error, shapes)) from None


def check_contract(document: Document) -> None:
    """Raise when the file is of another contract: its other keys would be misread."""
    data = document.data
    if not isinstance(data, dict):
        raise InvalidFile([document.problem((), "the file must be a mapping (key: value)")])
    found = data.get("contract")
    if "contract" not in data:
        message, fix = "missing", f"Add the line: contract: {CONTRACT}"
    elif isinstance(found, int) and not isinstance(found, bool) and found > CONTRACT:
        message = f"the file is of contract {found}; this midspan reads contract {CONTRACT}"
        fix = "Upgrade with: pip install --upgrade midspan"
    elif isinstance(found, bool) or found != CONTRACT:
        message = f"is no contract that midspan knows; it must be {CONTRACT}"
        fix = f"Write: contract: {CONTRACT}"
    else:
        return
    raise InvalidFile([document.problem(("contract",), message)], fix=fix)


def refuse(problems: Iterable[tuple[KeyPath, str]]) -> None:
    """Raise inside a model's validator when there are problems, each at its own key path."""
    found = tuple(problems)
    if found:
        text = "; ".join(message for _, message in found)
        raise PydanticCustomError(_CROSS_ERROR, "{text}", {"text": text, "problems": found})


def problems_of(document: Located, error: ValidationError, shapes: Shapes) -> list[Problem]:
    """Return everything that a model refused in a document, each at its place."""
    problems: list[Problem] = []
    missing: list[tuple[Problem, str]] = []
    meant: set[tuple[KeyPath, str]] = set()
    for detail in error.errors(include_url=False):
        path, parent = _walk(document.data, detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                problem, key = _unknown_key(document, path, parent, shapes)
                problems.append(problem)
                meant.add((path[:-1], key or ""))
            case "missing":
                last = detail["loc"][-1]
                missing.append((document.problem((*path, last), "missing"), str(last)))
            case "too_short" if len(detail["input"]) > 0:
                pass  # Its items were refused one by one, and are listed so.
            case type_ if type_ == _CROSS_ERROR:
                found = detail["ctx"]["problems"]
                problems += [document.problem((*path, *tail), text) for tail, text in found]
            case type_ if type_ == CHOICE_ERROR:
                problems.append(_choice(document, path, detail, shapes))
            case _:
                problems.append(document.problem(path, _message(detail)))
    # A key that is only misspelt is said once, not as unknown and as missing too.
    problems += [p for p, key in missing if (p.path[:-1], key) not in meant]
    return problems


def _walk(data: Any, location: tuple[int | str, ...]) -> tuple[KeyPath, Any]:
    """Return the steps of a location that exist in the data, and what holds the last of them."""
    path: list[int | str] = []
    parent = here = data
    for step in location:
        inside_mapping = isinstance(here, dict) and step in here
        inside_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        # Other steps are tags of unions and names of fields that no file shows.
        if inside_mapping or inside_list:
            parent, here = here, here[step]
            path.append(step)
    return tuple(path), parent


def _unknown_key(
    document: Located, path: KeyPath, parent: Any, shapes: Shapes
) -> tuple[Problem, str | None]:
    model = shapes.get(id(parent))
    known = model.known_keys() if model else ()
    also = model.other_words if model else {}
    key = str(path[-1]) if path else ""
    meant = did_you_mean(key, known, also=also)
    if meant:
        message = f"unknown key. Did you mean {meant!r}?"
    elif known:
        message = f"unknown key; known here: {', '.join(known)}"
    else:
        message = "unknown key"
    return document.problem(path, message), meant


def _choice(document: Located, path: KeyPath, detail: ErrorDetails, shapes: Shapes) -> Problem:
    how, key, choices = (detail["ctx"][name] for name in ("how", "key", "choices"))
    value, known = detail["input"], choices.split(", ")
    if how == "shape":
        return document.problem(path, f"must be {' or '.join(known)}, not {_kind(value)}")
    if not isinstance(value, dict):
        return document.problem(path, f"must be a mapping (key: value), not {_kind(value)}")
    if how == "value":
        return _wrong_value(document, path, value, key, known)
    present = [name for name in value if name in known]
    if len(present) > 1:
        message = f"has both {present[0]!r} and {present[1]!r}; write one"
        if "all" in known:
            message += ", or combine them with all: [...] or any: [...]"
        return document.problem(path, message)
    model = shapes.get(id(value))
    for name in value:
        if meant := did_you_mean(name, known, also=model.other_words if model else None):
            return document.problem((*path, name), f"unknown key. Did you mean {meant!r}?")
    return document.problem(path, f"needs one of the keys {choices}")


def _wrong_value(
    document: Located, path: KeyPath, value: dict[str, Any], key: str, known: list[str]
) -> Problem:
    one_of = f"one of {', '.join(known)}"
    if key in value:
        found = value[key]
        near = suggestion(found, known) if isinstance(found, str) else ""
        shown = repr(found) if isinstance(found, str) else _kind(found)
        return document.problem((*path, key), f"{shown} is not {one_of}.{near}")
    for name in value:
        if did_you_mean(name, [key]):
            return document.problem((*path, name), f"unknown key. Did you mean {key!r}?")
    return document.problem((*path, key), f"missing: {one_of}")


def _message(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "string_type":
            return f"must be text, not {_kind(value)}{_in_quotes(value)}"
        case "literal_error":
            known = re.findall(r"'([^']*)'", context["expected"])
            near = suggestion(value, known) if isinstance(value, str) else ""
            shown = repr(value) if isinstance(value, str) else _kind(value)
            return f"{shown} is not one of {', '.join(known)}.{near}"
        case type_ if type_ in _WORDS:
            words = _WORDS[type_].format(**context)
            return f"{words}, not {_kind(value)}" if "type" in type_ else words
    return detail["msg"]


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"text {value!r}" if len(value) <= 40 else "text"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
    return type(value).__name__


def _in_quotes(value: Any) -> str:
    return "; put it in quotes" if isinstance(value, bool | int | float) else ""
