"""The names in arguments that the schema of a tool does not know."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from midspan.scorers.json_pointers import referred

DEEPEST: Final = 40
"""Levels of a schema, and of references in it, that are looked at."""

_TOGETHER: Final = ("allOf", "anyOf", "oneOf")
_CONDITIONAL: Final = ("if", "then", "else")


def unknown_parameters(schema: str, arguments: str) -> tuple[list[str], list[str]] | None:
    """Return the paths of arguments that a schema does not know, and the parameters that it has.

    None where the schema names no parameters. A schema that takes any further name, or names by
    pattern, knows them all.

    >>> unknown_parameters('{"properties": {"id": {}, "at": {}}}', '{"id": 1, "when": 2}')
    (['when'], ['at', 'id'])
    """
    try:
        read, given = json.loads(schema), json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    names = _properties(read, read, DEEPEST)
    if not names and not (isinstance(read, dict) and read.get("additionalProperties") is False):
        return None
    return list(_unknown("", given, [read], read, DEEPEST)), sorted(names)


def _unknown(path: str, value: Any, schemas: list[Any], root: Any, depth: int) -> Iterator[str]:
    """Yield the paths in a value that none of the schemas for it knows."""
    if depth == 0:
        return
    parts = [part for schema in schemas for part in _parts(schema, root, depth)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        if items:
            for place, item in enumerate(value):
                yield from _unknown(f"{path}[{place}]", item, items, root, depth - 1)
        return
    known: dict[str, list[Any]] = {}
    for schema in schemas:
        for name, inner in _properties(schema, root, depth).items():
            known.setdefault(name, []).extend(inner)
    if not isinstance(value, dict) or not (known or path == ""):
        return
    closed = not any(_takes_more(part) for part in parts)
    for name, item in value.items():
        inner_path = f"{path}.{name}" if path else name
        if name in known:
            yield from _unknown(inner_path, item, known[name], root, depth - 1)
        elif closed:
            yield inner_path


def _takes_more(part: Mapping[str, Any]) -> bool:
    """Return whether a schema says itself that it takes names that it does not list."""
    further = part.get("additionalProperties")
    return further is True or isinstance(further, dict) or bool(part.get("patternProperties"))


def _properties(schema: Any, root: Any, depth: int) -> dict[str, list[Any]]:
    """Return the schemas of each property that a schema names, however it is put together."""
    found: dict[str, list[Any]] = {}
    for part in _parts(schema, root, depth):
        properties = part.get("properties")
        for name, inner in properties.items() if isinstance(properties, dict) else ():
            found.setdefault(name, []).append(inner)
    return found


def _parts(schema: Any, root: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and all that it consists of: references, alternatives, conditions."""
    if not isinstance(schema, dict) or depth == 0:
        return
    yield schema
    inner = [part for key in _TOGETHER for part in _listed(schema.get(key))]
    inner += [schema[key] for key in _CONDITIONAL if key in schema]
    if isinstance(schema.get("$ref"), str):
        # What stands elsewhere is unknown, so that any name may be known.
        inner.append(referred(root, schema["$ref"], {"additionalProperties": True}))
    for part in inner:
        yield from _parts(part, root, depth - 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
