"""Arguments of a call as the producer wrote them, brought back to what the model meant.

Producers wrap arguments, print them as Python does, encode them twice, or put the tool's schema
where the arguments belong. What was done is said in notes. What a model wrote and is no JSON stays
as it is: it is the model's fault, and not to be mended here.
"""

from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content.document import encode, parse, parse_printed
from midspan.scorers.canonical import canonical_arguments

_RAW_KEYS: Final = ("INVALID_JSON", "raw", "_raw", "__raw__")
_MAY_BE_A_PARAMETER: Final = ("raw", "_raw", "__raw__")
_PROPERTY_KEYS: Final = frozenset(
    {"type", "description", "title", "enum", "default", "nullable", "items"}
)
_TYPE_NAMES: Final = frozenset(
    {"string", "number", "integer", "boolean", "object", "array", "null"}
    | {"any", "image", "audio"}  # smolagents' own
)
_UNWRAP_AT_MOST: Final = 6
_WRAPPER_KEYS: Final = frozenset(
    {
        "args",
        "kwargs",
        "sanitize_inputs_outputs",
        "input_str",
        "inputs",
        "tags",
        "metadata",
        "run_id",
        "callbacks",
    }
)


class Arguments(NamedTuple):
    """The raw text of arguments, or None where they were not recorded, and what was done."""

    raw: str | None
    notes: tuple[str, ...] = ()


def read_arguments(value: Any, *, printed: bool = False) -> Arguments:
    """Return arguments unwrapped; a JSON Schema in their place is rejected.

    `printed` where the producer is known to print the arguments that it parsed: what Python would
    print so is then noted as unwrapped, and stays the text that it is (see `canonical_printed`).

    >>> read_arguments('{"args": [], "kwargs": {"order_id": "1042"}}')
    Arguments(raw='{"order_id":"1042"}', notes=('unwrapped',))
    >>> read_arguments('{"order_id": "1042"}')
    Arguments(raw='{"order_id": "1042"}', notes=())
    """
    if value is None:
        return Arguments(None)
    original = value if isinstance(value, str) else None
    notes: list[str] = []
    document = _decoded(value, notes, printed=printed)
    for _ in range(_UNWRAP_AT_MOST):
        inner = _unwrapped(document)
        if inner is None:
            break
        notes.append("unwrapped")
        # Text in a wrapper is LangChain's, which prints what it parsed.
        document = _decoded(inner, notes, printed=True)
    if isinstance(document, _Raw):
        return Arguments(document.text, tuple(dict.fromkeys(notes)))
    if looks_like_schema(document):
        return Arguments(None, ("schema_rejected",))
    if not notes:
        return Arguments(original if original is not None else encode(value))
    text = document if isinstance(document, str) else encode(document)
    return Arguments(text, tuple(dict.fromkeys(notes)))


def canonical_printed(text: str) -> str | None:
    """Return the canonical form of arguments that a producer printed, None for any other text."""
    value = parse_printed(text)
    return canonical_arguments(encode(value)) if isinstance(value, dict | list) else None


def looks_like_schema(document: Any) -> bool:
    """Return whether an object is a JSON Schema, or its map of properties, and no arguments."""
    if not isinstance(document, dict) or not document:
        return False
    properties = document.get("properties")
    if isinstance(properties, dict) and (
        document.get("type") == "object" or "required" in document
    ):
        return True
    for each in document.values():
        if not isinstance(each, dict) or not _describes_a_property(each):
            return False
    return True


def _describes_a_property(value: dict[str, Any]) -> bool:
    """Return whether a value tells a type: `{"type": "circle"}` is an argument, and no schema."""
    if value.keys() - _PROPERTY_KEYS:
        return False
    types = value.get("type")
    names = types if isinstance(types, list) else [types]
    return all(isinstance(name, str) and name in _TYPE_NAMES for name in names) and bool(names)


class _Raw(NamedTuple):
    """Text that is to stay as it is: kept because it is no JSON, or printed."""

    text: str


def _decoded(value: Any, notes: list[str], *, printed: bool) -> Any:
    """Return the document in a string: JSON, JSON in JSON, or what Python printed."""
    if not isinstance(value, str):
        return value
    document = parse(value)
    if isinstance(document, str) and document[:1] in ("{", "["):
        inner = parse(document)
        if inner is not None:
            notes.append("double_decoded")
            return inner
    if document is not None:
        return document
    python = parse_printed(value.strip()) if printed else None
    if python is None:
        return value
    notes.append("unwrapped")
    wraps = _unwrapped(python) is not None or looks_like_schema(python)
    return python if wraps else _Raw(value.strip())


def _unwrapped(document: Any) -> Any:
    """Return what a wrapper holds, or None where there is no wrapper."""
    if not isinstance(document, dict):
        return None
    if len(document) == 1:
        key, text = next(iter(document.items()))
        if key in _RAW_KEYS and isinstance(text, str):
            whole = key in _MAY_BE_A_PARAMETER and not _is_broken_json(text)
            return None if whole else _Raw(text)
    unparsed = document.get("__unparsedToolInput")
    if isinstance(unparsed, dict) and isinstance(unparsed.get("raw"), str):
        return _Raw(unparsed["raw"])
    if document.keys() <= _WRAPPER_KEYS:
        if isinstance(document.get("input_str"), str):
            inputs = document.get("inputs")
            return inputs if isinstance(inputs, dict) else document["input_str"]
        if isinstance(document.get("kwargs"), dict) and document.get("args") in (None, [], ()):
            return document["kwargs"]
    return None


def _is_broken_json(text: str) -> bool:
    """Return whether text is what producers wrap: arguments that they could not parse."""
    return text.lstrip()[:1] in ("{", "[", "") and parse(text) is None
