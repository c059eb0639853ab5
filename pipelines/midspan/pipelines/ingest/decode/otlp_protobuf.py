"""OTLP protobuf: a message is taken apart down to its records, so each says where it lies."""

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from midspan.pipelines.ingest.decode.ids import TRACE
from midspan.pipelines.ingest.decode.otlp import STATUS, finite
from midspan.pipelines.ingest.decode.pieces import METRICS
from midspan.pipelines.ingest.decode.utf8 import mended
from midspan.pipelines.ingest.decode.wire import (
    CUT_OFF,
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    Field,
    Malformed,
    taken,
)
from midspan.pipelines.ingest.raw import RAW_KEPT, Raw, RawEvent, RawLog, RawSpan, Rejected

Parsed = TypeVar("Parsed", bound=Message)

SENDER: Final = 1
"""The field of a request that holds what one sender sent, of spans as of log records."""

_LOG_MARKS: Final = {(1, FIXED64), (2, VARINT), (8, FIXED32), (11, FIXED64)}
_SPAN_MARKS: Final = {(7, FIXED64), (8, FIXED64)}
_NAMES: Final = {"span": "span", "log": "log record", "resource": "resource", "scope": "scope"}


def read_request(data: bytes, base: int, *, whole: bool = True) -> Iterator[Raw]:
    """Yield the records of a request that lies at an offset, and why others cannot be read."""
    senders, problem = taken(data, Field(0, LENGTH, 0, len(data), whole))
    for field in senders:
        if field.number == SENDER and field.wire == LENGTH:
            yield from _read_sender(data, field, base)
            problem = problem if field.whole else None  # what is not whole has told so itself
    if problem is not None:
        yield _broken(data, problem, base)


def _read_sender(data: bytes, sender: Field, base: int) -> Iterator[Raw]:
    """Yield what one sender sent, and why the rest cannot be read."""
    try:
        yield from _sender(data, sender, base)
    except Malformed as problem:
        yield _broken(data, problem, base)


def _sender(data: bytes, sender: Field, base: int) -> Iterator[Raw]:
    found, problem = taken(data, sender)
    resource = _resource(data, found)
    for field in found:
        if field.number == 2 and field.wire == LENGTH:
            yield from _library(data, field, resource, base)
    if problem is not None:
        raise problem


def _library(
    data: bytes, library: Field, resource: dict[str, Any] | str, base: int
) -> Iterator[Raw]:
    found, problem = taken(data, library)
    scope = _scope(data, found)
    records = [field for field in found if field.number == 2 and field.wire == LENGTH]
    read = _reader(data, records[0]) if records else _metric
    for field in records:
        if not field.whole:
            raise Malformed(field.start, CUT_OFF)
        record, at = data[field.start : field.end], base + field.start
        try:
            if isinstance(resource, str):
                raise ValueError(resource)
            yield read(record, at, resource, scope)
        except (ValueError, RecursionError) as error:
            yield Rejected(at, str(error), _shown(record), log=read is _log)
    if problem is not None:
        raise problem


def _reader(data: bytes, record: Field) -> Callable[[bytes, int, dict[str, Any], str], Raw]:
    """Return how the records of a library are read: all have the same numbers in their senders."""
    found, _ = taken(data, record)
    marks = {(field.number, field.wire) for field in found}
    if marks & _LOG_MARKS:
        return _log
    first = next((field for field in found if field.number == 1), None)
    id_first = first is None or first.end - first.start in (0, TRACE)
    return _span if marks & _SPAN_MARKS or id_first else _metric


def _span(record: bytes, at: int, resource: dict[str, Any], scope: str) -> RawSpan:
    span = _parsed(Span, record, "span")
    return RawSpan(
        position=at,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex() or None,
        name=span.name,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        status=STATUS.get(span.status.code, "unset"),
        status_message=span.status.message,
        attributes=values_of(span.attributes),
        events=[
            RawEvent(event.name, event.time_unix_nano, values_of(event.attributes))
            for event in span.events
        ],
        resource=resource,
        scope=scope,
    )


def _log(record: bytes, at: int, resource: dict[str, Any], scope: str) -> RawLog:
    return raw_log(at, _parsed(LogRecord, record, "log"), resource, scope)


def raw_log(position: int, log: LogRecord, resource: dict[str, Any], scope: str) -> RawLog:
    """Return a log record in plain values."""
    return RawLog(
        position=position,
        trace_id=log.trace_id.hex(),
        span_id=log.span_id.hex(),
        name=log.event_name,
        time_ns=log.time_unix_nano or log.observed_time_unix_nano,
        body=_plain(log.body) if log.HasField("body") else None,
        attributes=values_of(log.attributes),
        resource=resource,
        scope=scope,
    )


def _metric(record: bytes, at: int, resource: dict[str, Any], scope: str) -> Rejected:
    return Rejected(at, METRICS, _shown(record))


def _resource(data: bytes, found: Iterable[Field]) -> dict[str, Any] | str:
    """Return the sender's attributes, or why they cannot be read."""
    try:
        return values_of(_parsed(Resource, _joined(data, found), "resource").attributes)
    except (ValueError, RecursionError) as error:
        return str(error)


def _scope(data: bytes, found: Iterable[Field]) -> str:
    try:
        return _parsed(InstrumentationScope, _joined(data, found), "scope").name
    except (ValueError, RecursionError):
        return ""


def _parsed(kind: type[Parsed], message: bytes, name: str) -> Parsed:
    """Return a message read; a `ValueError` says in whose words it does not fit."""
    try:
        return kind.FromString(message)
    except DecodeError:
        pass
    try:
        return kind.FromString(mended(message, name))
    except DecodeError as error:
        why = str(error).rpartition(": ")[2] or "it ends too early"
        raise ValueError(f"{_NAMES[name]} does not fit OTLP: {why}") from error


def _joined(data: bytes, found: Iterable[Field]) -> bytes:
    """Return the first field of a message; one that stands there twice is both together."""
    return b"".join(
        data[field.start : field.end] for field in found if field.number == 1 and field.whole
    )


def values_of(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    """Return attributes as a plain dict; of a repeated key the last stands."""
    values = {}
    for pair in attributes:
        text = pair.value.string_value  # most are text: the others are asked what they are
        values[pair.key] = text or _plain(pair.value)
    return values


def _plain(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_plain(item) for item in value.array_value.values]
        case "kvlist_value":
            return values_of(value.kvlist_value.values)
        case "double_value":
            return finite(value.double_value)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case kind:
            return getattr(value, kind)


def _broken(data: bytes, problem: Malformed, base: int) -> Rejected:
    at = problem.offset
    return Rejected(base + at, str(problem), _shown(data[at : at + RAW_KEPT]))


def _shown(record: bytes) -> str:
    """Return bytes as text, for a person to look at."""
    return record[:RAW_KEPT].decode(errors="replace")
