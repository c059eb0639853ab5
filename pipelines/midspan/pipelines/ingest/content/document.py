"""Values that may be JSON in a string, Python's own notation, or structured already."""

import ast
import json
import warnings
from typing import Any, Final

import msgspec

PYTHON_LIMIT: Final = 100_000
"""Longer texts in Python notation are left as text: parsing them can exhaust the stack."""

_DECODER: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)


def parse(value: Any) -> Any:
    """Return the value of JSON text, None for text that is no JSON, other values as they are."""
    if not isinstance(value, str):
        return value
    try:
        return _DECODER.decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def parse_python(text: str) -> Any:
    """Return the value of a Python literal such as `{'a': 1}`, or None; nothing is evaluated."""
    if len(text) > PYTHON_LIMIT or text[:1] not in "{[(":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in it, which are the producer's
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def parse_printed(text: str) -> Any:
    """Return the value whose very print a text is, as `str` of a dict gives it, or None.

    >>> parse_printed("{'a': True}"), parse_printed('{"a": True}'), parse_printed("{'a': 1,}")
    ({'a': True}, None, None)
    """
    value = parse_python(text)
    return value if value is not None and repr(value) == text else None


def as_text(value: Any) -> str | None:
    """Return text as it is, None as None, and anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return encode(value)


def some_text(value: Any) -> str | None:
    """Return text that is not empty, None for anything else."""
    return value if isinstance(value, str) and value else None


def as_fields(value: Any) -> dict[str, Any]:
    """Return the fields of an object, none for anything else."""
    return value if isinstance(value, dict) else {}


def encode(value: Any) -> str:
    """Return compact JSON; what JSON cannot hold is written as its text."""
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which Python's notation can hold
        return json.dumps(value, default=str, separators=(",", ":"))
