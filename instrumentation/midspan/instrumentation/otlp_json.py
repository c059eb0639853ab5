"""Finished spans as OTLP JSON: hex ids, integers as text, enumerations as numbers.

The text is put together piece by piece, as this takes place while the agent waits: building
dictionaries for the encoder of the standard library takes twice the time.
"""

import base64
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any, Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, format_span_id, format_trace_id

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import clean

HAS_IS_REMOTE: Final = 0x100
IS_REMOTE: Final = 0x200

_NOT_FINITE: Final = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}


def encode_line(span: ReadableSpan, lost: int = 0) -> bytes:
    """Return one line: an ExportTraceServiceRequest with this span.

    `lost` is how many spans of its run could not be written before: the span says so.
    """
    resource = f'{{"attributes":{_attributes(span.resource.attributes)}}}'
    scope = _scope(span.instrumentation_scope)
    spans = f'"spans":[{span_text(span, lost)}]'
    request = f'{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{{scope}{spans}}}]}}]}}\n'
    return clean(request).encode()


def span_text(span: ReadableSpan, lost: int = 0) -> str:
    """Return one span as OTLP JSON has it."""
    context = span.context
    if context is None:
        raise ValueError(f"span {span.name!r} has no context")
    attributes: Mapping[str, Any] = span.attributes or {}
    if lost:
        attributes = {**attributes, conventions.SPANS_LOST: lost}
    pieces = [
        f'{{"traceId":"{format_trace_id(context.trace_id)}"',
        f'"spanId":"{format_span_id(context.span_id)}"',
    ]
    if context.trace_state:
        pieces.append(f'"traceState":{quoted(context.trace_state.to_header())}')
    if span.parent is not None:
        pieces.append(f'"parentSpanId":"{format_span_id(span.parent.span_id)}"')
    pieces += [
        f'"name":{quoted(span.name)}',
        f'"kind":{span.kind.value + 1}',  # OTLP reserves 0 for "unspecified"
        f'"startTimeUnixNano":"{span.start_time or 0}"',
        f'"endTimeUnixNano":"{span.end_time or 0}"',
        f'"attributes":{_attributes(attributes)}',
    ]
    if span.dropped_attributes:
        pieces.append(f'"droppedAttributesCount":{span.dropped_attributes}')
    if events := span.events:
        pieces.append(f'"events":{_list(map(_event, events))}')
    if span.dropped_events:
        pieces.append(f'"droppedEventsCount":{span.dropped_events}')
    if links := span.links:
        pieces.append(f'"links":{_list(map(_link, links))}')
    if span.dropped_links:
        pieces.append(f'"droppedLinksCount":{span.dropped_links}')
    pieces += [f'"status":{_status(span)}', f'"flags":{_flags(span.parent)}}}']
    return ",".join(pieces)


def value_text(value: object) -> str:
    """Return one attribute value as OTLP's AnyValue."""
    match value:
        case None:
            return "{}"
        case str():
            return f'{{"stringValue":{quoted(value)}}}'
        case bool():
            return f'{{"boolValue":{"true" if value else "false"}}}'
        case int():
            return f'{{"intValue":"{int(value)}"}}'
        case float():
            number = repr(float(value)) if math.isfinite(value) else _NOT_FINITE[str(float(value))]
            return f'{{"doubleValue":{number}}}'
        case bytes():
            return f'{{"bytesValue":"{base64.b64encode(value).decode()}"}}'
        case Mapping():
            return f'{{"kvlistValue":{{"values":{_attributes(value)}}}}}'
        case Sequence():
            return f'{{"arrayValue":{{"values":{_list(map(value_text, value))}}}}}'
        case _:
            return f'{{"stringValue":{quoted(str(value))}}}'


def _attributes(attributes: Mapping[str, Any]) -> str:
    pieces = [f"{_key(name)}{value_text(value)}}}" for name, value in attributes.items()]
    return f"[{','.join(pieces)}]"


@functools.lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return f'{{"key":{quoted(name)},"value":'


@functools.lru_cache(maxsize=256)
def _scope(scope: InstrumentationScope | None) -> str:
    if scope is None:
        return ""
    named = [f'"name":{quoted(scope.name)}']
    if scope.version:
        named.append(f'"version":{quoted(scope.version)}')
    if scope.attributes:
        named.append(f'"attributes":{_attributes(scope.attributes)}')
    schema = f'"schemaUrl":{quoted(scope.schema_url)},' if scope.schema_url else ""
    return f'"scope":{{{",".join(named)}}},{schema}'


def _event(event: Event) -> str:
    time = f'"timeUnixNano":"{event.timestamp}"'
    return (
        f'{{{time},"name":{quoted(event.name)},"attributes":{_attributes(event.attributes or {})}}}'
    )


def _link(link: Link) -> str:
    trace_id, span_id = link.context.trace_id, link.context.span_id
    return (
        f'{{"traceId":"{format_trace_id(trace_id)}","spanId":"{format_span_id(span_id)}",'
        f'"attributes":{_attributes(link.attributes or {})},"flags":{_flags(link.context)}}}'
    )


def _status(span: ReadableSpan) -> str:
    told = [f'"message":{quoted(span.status.description)}'] if span.status.description else []
    if code := span.status.status_code.value:
        told.append(f'"code":{code}')
    return f"{{{','.join(told)}}}"


def _flags(parent: SpanContext | None) -> int:
    return HAS_IS_REMOTE | (IS_REMOTE if parent is not None and parent.is_remote else 0)


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"
