"""Text for attributes: JSON that every exporter accepts, whatever an agent hands over."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Set
from typing import Any, Final

from midspan.instrumentation.interruptions import let_through

DEPTH: Final = 64


def to_json(value: object) -> str:
    """Return compact JSON; what JSON cannot hold is replaced by the nearest thing it can."""
    try:
        return clean(_STRICT.encode(value))
    except (TypeError, ValueError, RecursionError) as error:
        let_through(error)
        return clean(_STRICT.encode(_plain(value, ())))


def json_list(documents: Iterable[str]) -> str:
    """Return the JSON list of documents that are JSON already."""
    return f"[{','.join(documents)}]"


def to_text(value: object) -> str:
    """Return a string as it is and anything else as JSON."""
    return clean(value) if isinstance(value, str) else to_json(value)


def name_text(value: object) -> str:
    """Return a name as text; where it tells none, the name of its type."""
    if type(value) is str:
        return value
    try:
        # An enumeration of texts is one of them, whatever it prints as.
        return str.__str__(value) if isinstance(value, str) else str(value)
    except Exception as error:
        let_through(error)
        return f"<{type(value).__name__}>"


def clean(text: str) -> str:
    """Return the text without lone surrogates: one of them would cost a whole export batch."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _known(value: object) -> object:
    """Return what stands for an object that is none of JSON's own types."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json", exclude_none=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value, key=str)
    return str(value)


def _plain(value: Any, around: tuple[int, ...]) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if len(around) == DEPTH or id(value) in around:
        return "..."
    inner = (*around, id(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item, inner) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, inner) for item in value]
    return _plain(_known(value), inner)


_STRICT: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_known
)
