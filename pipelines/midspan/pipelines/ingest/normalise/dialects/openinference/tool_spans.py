"""Spans of tool calls: `tool.parameters` is the schema with some, the arguments with others."""

import re
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import parse
from midspan.pipelines.ingest.content.document import encode
from midspan.pipelines.ingest.normalise.dialects.openinference.offered import schema_of
from midspan.pipelines.ingest.normalise.dialects.openinference.usage import read_usage
from midspan.pipelines.ingest.normalise.dialects.openinference.values import (
    TOOL_PARAMETERS,
    drop_redacted,
    length_limit,
    take_mime_types,
)
from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_arguments,
    put_error,
    put_note,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

_NAMES: Final = Fields(
    text={
        "agent": ("agent.name",),
        "tool_name": ("tool.name", "tool_call.function.name"),
        "call_id": ("tool.id", "tool_call.id", "tool.call_id"),
    }
)
_HANDOFF: Final = "handoff to "
_CALL_KEYS: Final = frozenset({"args", "kwargs", "sanitize_inputs_outputs"})
_EMPTY_MESSAGES: Final = frozenset({"Tool execution failed", "Unknown function call status"})
"""What AutoGen's and Agno's instrumentors say of every failure; the output says which."""


def read_tool(span: Span, source: Source) -> None:
    """Fill in everything about a tool call."""
    drop_redacted(span, source)
    if source.peek(TOOL_PARAMETERS) == source.peek(conventions.INPUT_VALUE):
        source.take(TOOL_PARAMETERS)  # AutoGen, Agno and others write the arguments twice
    limit = length_limit(span, source)
    _read_names(span, source)
    schema = schema_of(source.peek(TOOL_PARAMETERS)) or schema_of(source.peek("tool.json_schema"))
    if span.input is None:
        _read_arguments(span, source, schema, limit)
    source.fill_result(span, conventions.OUTPUT_VALUE)
    _read_errors(span, source)
    if schema is not None and span.tool_name:
        description = source.take("tool.description")
        put_tools(
            span,
            [{"name": span.tool_name, "description": description, "parameters": schema}],
        )
        source.take(TOOL_PARAMETERS)
    read_usage(span, source)
    take_mime_types(source)


def _read_names(span: Span, source: Source) -> None:
    _NAMES.fill(span, source)
    if span.tool_name is None and source.name.startswith(_HANDOFF):
        # OpenAI Agents name the agent alone; the model knows the handoff as a tool.
        agent = source.name.removeprefix(_HANDOFF).lower()
        span.tool_name = "transfer_to_" + re.sub("[^a-z0-9_]", "_", agent)


def _read_arguments(
    span: Span, source: Source, schema: dict[str, Any] | None, limit: int | None
) -> None:
    for name in ("tool_call.function.arguments", conventions.INPUT_VALUE, TOOL_PARAMETERS):
        value = source.peek(name)
        if not _structured(value) or (name == TOOL_PARAMETERS and schema is not None):
            continue
        if (len(value) == limit or source.is_cut(value)) and parse(value) is None:
            put_note(span, "truncated")
            continue
        # LangChain prints the arguments that it calls a tool with.
        put_arguments(span, _by_name(value, schema), printed=name == conventions.INPUT_VALUE)
        if span.input is not None:
            source.take(name)
            return
    bare = source.peek(conventions.INPUT_VALUE)
    if isinstance(bare, str) and bare and not _structured(bare) and _HANDOFF not in source.name:
        source.take(conventions.INPUT_VALUE)
        span.input = _bare_argument(span, bare, schema)


def _structured(value: Any) -> bool:
    """Return whether a value is an object or a list of arguments, be it broken JSON."""
    if isinstance(value, str) and value.lstrip()[:1] == '"':
        value = parse(value)  # text within text
    if isinstance(value, str):
        return value.lstrip()[:1] in ("{", "[")
    return isinstance(value, dict | list)


def _by_name(value: Any, schema: dict[str, Any] | None) -> Any:
    """Return arguments passed by position as if they had been passed by name."""
    names = list(schema["properties"]) if schema is not None else []
    document = parse(value) if names else None
    if not isinstance(document, dict) or set(document) - _CALL_KEYS:
        return value
    positional, named = document.get("args"), document.get("kwargs")
    if not isinstance(positional, list) or not positional or not isinstance(named, dict | None):
        return value
    if len(positional) == 1 and isinstance(positional[0], dict) and set(positional[0]) <= {*names}:
        return {"kwargs": positional[0]}
    if len(positional) > len(names):
        return value
    return {"kwargs": {**dict(zip(names, positional, strict=False)), **(named or {})}}


def _bare_argument(span: Span, text: str, schema: dict[str, Any] | None) -> str:
    """Return the only argument of a call, which LangChain writes without its name."""
    names = list(schema["properties"]) if schema is not None else []
    if len(names) == 1:
        put_note(span, "unwrapped")
        return encode({names[0]: text})
    return encode(text)


def _read_errors(span: Span, source: Source) -> None:
    if source.peek("tool.status") == "error":
        source.take("tool.status")
        put_error(span, message=span.output)
    if span.status == "error" and span.error_message in _EMPTY_MESSAGES:
        span.error_message = span.output or span.error_message
