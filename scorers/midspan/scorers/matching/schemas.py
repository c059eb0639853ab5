"""What a tool's JSON Schema says about its parameters, as far as comparing arguments needs it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from midspan.scorers.canonical import canonical_arguments
from midspan.scorers.json_pointers import referred

CONTAINERS: Final = {"[": "array", "{": "object"}
_DEEPEST: Final = 64
"""References are followed this far: a schema may refer to itself."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a tool; empty where its schema is unknown."""

    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Return whether the schema names the parameters."""
        return isinstance(self.schema.get("properties"), dict)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all parameters."""
        return frozenset(self.schema["properties"]) if self.known else frozenset()

    @property
    def required(self) -> frozenset[str]:
        """Return the names of the parameters that must be given."""
        required = self.schema.get("required")
        names = required if isinstance(required, list) else []
        return frozenset(name for name in names if isinstance(name, str))

    def decoded(self, name: str, value: Any) -> Any:
        """Return a parameter's value, decoded where it is JSON text in place of a list or object.

        Text stays text wherever the schema takes text, or says nothing.

        >>> tags = Parameters(schema={"properties": {"tags": {"type": "array"}}})
        >>> tags.decoded("tags", '["a", "b"]'), tags.decoded("note", "[1]")
        (['a', 'b'], '[1]')
        """
        if not self.known:
            return value
        return self._decoded(value, self.schema["properties"].get(name), _DEEPEST)

    def _decoded(self, value: Any, schema: Any, depth: int) -> Any:
        if depth == 0:
            return value
        branches = list(self._branches(schema, _DEEPEST, set()))
        if isinstance(value, str):
            wanted = {kind for branch in branches for kind in _types(branch)}
            value = _parsed(value, wanted)
            if isinstance(value, str):
                return value
        if isinstance(value, dict):
            return {
                key: self._decoded(item, _first(branches, "properties", key), depth - 1)
                for key, item in value.items()
            }
        if isinstance(value, list):
            items = _first(branches, "items")
            return [self._decoded(item, items, depth - 1) for item in value]
        return value

    def _branches(self, schema: Any, depth: int, followed: set[str]) -> Iterator[dict[str, Any]]:
        """Yield a schema and all that it offers as alternatives, references followed."""
        if not isinstance(schema, dict) or depth == 0:
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in followed:
            # Once each: of two that lead back to here there would be more than can be counted.
            followed.add(reference)
            yield from self._branches(referred(self.schema, reference), depth - 1, followed)
        for key in ("anyOf", "oneOf", "allOf"):
            offered = schema.get(key)
            for branch in offered if isinstance(offered, list) else ():
                yield from self._branches(branch, depth - 1, followed)


def _types(schema: dict[str, Any]) -> list[str]:
    named = schema.get("type")
    return [named] if isinstance(named, str) else list(named) if isinstance(named, list) else []


def _parsed(text: str, wanted: set[str]) -> Any:
    kind = CONTAINERS.get(text.lstrip()[:1])
    if kind is None or kind not in wanted or "string" in wanted:
        return text
    canonical = canonical_arguments(text)
    return text if canonical is None else json.loads(canonical)


def _first(branches: list[dict[str, Any]], *path: str) -> Any:
    """Return what the first branch that has a path holds there."""
    for branch in branches:
        here: Any = branch
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None
        if here is not None:
            return here
    return None


NO_PARAMETERS: Final = Parameters()


@lru_cache(maxsize=4096)
def parameters(schema: str | None) -> Parameters:
    """Return the parameters that a schema's text describes."""
    try:
        found = json.loads(schema) if schema else None
    except (ValueError, RecursionError):
        return NO_PARAMETERS
    return Parameters(schema=found) if isinstance(found, dict) else NO_PARAMETERS
