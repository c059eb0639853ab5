"""Secrets in JSON values and attributes that are told by the name they stand under."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from midspan.instrumentation.redaction.assigned import (
    is_name_of_a_secret,
    is_vague_name_of_a_secret,
    looks_like_a_secret,
)
from midspan.instrumentation.redaction.detectors import DONE

Hide = Callable[[str], str]
"""What gives the placeholder of a secret."""

_SCHEME: Final = re.compile(r"(?:bearer|basic|token|digest)\s{1,8}(?=\S)", re.IGNORECASE)
_NAMES: Final = ("name", "key", "header")
_TYPES: Final = frozenset(
    {"string", "integer", "number", "boolean", "object", "array", "null", "any"}
)
_OF_SCHEMAS: Final = frozenset({"$ref", "anyOf", "oneOf", "allOf", "enum", "const"})


@functools.lru_cache(maxsize=4096)
def tells_a_secret(name: str) -> bool:
    """Return whether a value under this name may be one that only its name tells.

    >>> tells_a_secret("http.request.header.authorization"), tells_a_secret("gen_ai.usage.tokens")
    (True, False)
    """
    return is_name_of_a_secret(name) or is_vague_name_of_a_secret(name)


def hidden(name: str, value: Any, hide: Hide) -> Any:
    """Return what stands under such a name without its secrets, at whatever depth.

    What describes a field of that name, as a JSON schema does, holds no secret.
    """
    if isinstance(value, Mapping):
        if _is_schema(value):
            return value
        return {key: hidden(name, item, hide) for key, item in value.items()}
    if isinstance(value, str):
        return _hidden_text(name, value, hide)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return hide(str(value)) if is_name_of_a_secret(name) else value
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return _like(value, [hidden(name, item, hide) for item in value])
    return value


def name_in_pair(pair: Any) -> str | None:
    """Return the name of a secret that stands beside its value, as in `["Authorization", "x"]`."""
    if isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str):
        return pair[0] if tells_a_secret(pair[0]) else None
    return None


def name_beside_value(given: Mapping[Any, Any]) -> str | None:
    """Return the name of a secret in `{"name": "password", "value": "x"}`."""
    if "value" not in given:
        return None
    named = (given.get(key) for key in _NAMES)
    return next((name for name in named if isinstance(name, str) and tells_a_secret(name)), None)


def _hidden_text(name: str, text: str, hide: Hide) -> str:
    scheme = _SCHEME.match(text)
    start = scheme.end() if scheme else 0
    secret = text[start:]
    if not secret or secret.startswith(DONE):
        return text
    if not is_name_of_a_secret(name) and not looks_like_a_secret(secret):
        return text
    return text[:start] + hide(secret)


def _is_schema(value: Mapping[Any, Any]) -> bool:
    kind = value.get("type")
    return (isinstance(kind, str) and kind in _TYPES) or not _OF_SCHEMAS.isdisjoint(value)


def _like(value: Sequence[Any], items: list[Any]) -> Any:
    return items if isinstance(value, list) else tuple(items)
