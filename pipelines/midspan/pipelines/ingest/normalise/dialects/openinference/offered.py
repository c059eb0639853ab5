"""Tools: those offered to a model, and the one that a tool span is about."""

from typing import Any

from midspan.pipelines.ingest.content import parse
from midspan.pipelines.ingest.content.arguments import looks_like_schema
from midspan.pipelines.ingest.normalise.dialects.openinference.flat_messages import (
    Fields,
    fields_of,
)
from midspan.pipelines.ingest.normalise.indexed import take_indexed
from midspan.pipelines.ingest.normalise.source import Source, put_note
from midspan.pipelines.ingest.span import Span

Definition = dict[str, Any]


def take_tools(span: Span, source: Source) -> list[Definition] | None:
    """Return the definitions below `llm.tools`; None where any of them was cut off."""
    offered = [_definition(each) for each in take_indexed(source, "llm.tools")]
    whole = [definition for definition in offered if definition is not None]
    if len(whole) < len(offered):
        put_note(span, "truncated")
        return None
    return whole or None


def _definition(item: Fields) -> Definition | None:
    """Return one definition; some instrumentors write name and schema apart."""
    tool = fields_of(item, "tool")
    schema = parse(tool.get("json_schema"))
    if isinstance(tool.get("name"), str):
        return {**tool, "parameters": schema}
    return schema if isinstance(schema, dict) else None


def schema_of(parameters: Any) -> Definition | None:
    """Return the JSON Schema in a tool span's parameters, None where they are arguments.

    >>> schema_of('{"city": {"type": "string", "description": "Where."}}')["properties"]["city"]
    {'type': 'string', 'description': 'Where.'}
    >>> schema_of('{"city": "Paris"}') is None
    True
    """
    document = parse(parameters)
    if document is None or not looks_like_schema(document):
        return None
    if isinstance(document.get("properties"), dict):
        return dict(document)
    return {"type": "object", "properties": {name: _plain(each) for name, each in document.items()}}


def _plain(property_: dict[str, Any]) -> dict[str, Any]:
    """Return a property without smolagents' own type for anything, which JSON Schema lacks."""
    if property_.get("type") != "any":
        return property_
    return {key: value for key, value in property_.items() if key != "type"}
