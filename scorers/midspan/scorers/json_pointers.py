"""What JSON pointers (RFC 6901) lead to, and references within a JSON Schema."""

from typing import Any
from urllib.parse import unquote


def parts_of(pointer: str) -> list[str]:
    """Return the names and places that a pointer goes through.

    >>> parts_of("/paths/~1orders/0")
    ['paths', '/orders', '0']
    """
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def pointed_at(document: Any, pointer: str, missing: Any = None) -> Any:
    """Return what a pointer leads to, `missing` where it leads to nothing; "": all of it."""
    for part in parts_of(pointer):
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return missing
    return document


def referred(schema: Any, reference: str, missing: Any = None) -> Any:
    """Return the part of a schema that a `$ref` names, `missing` where that is not within it.

    >>> referred({"$defs": {"a/b": {"type": "null"}}}, "#/$defs/a~1b")
    {'type': 'null'}
    """
    pointer = unquote(reference.removeprefix("#"))
    within = reference.startswith("#") and pointer[:1] in {"", "/"}
    return pointed_at(schema, pointer, missing) if within else missing
