"""Spans as OTLP requests, grouped by project and size."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from midspan.instrumentation import conventions

MAXIMUM_SPANS: Final = 512
MAXIMUM_BYTES: Final = 4 << 20


class Piece(NamedTuple):
    """One span, ready to be sent, and where it came from in OTLP's nesting."""

    project: str
    resource: Resource
    scope: InstrumentationScope
    span: Span

    @property
    def key(self) -> tuple[str, str]:
        """Return trace id and span id, in hex."""
        return self.span.trace_id.hex(), self.span.span_id.hex()


@dataclass(kw_only=True)
class Batch:
    """Spans of one project that go into one request."""

    project: str
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0

    @property
    def full(self) -> bool:
        """Return whether the next span belongs into another request."""
        return len(self.pieces) >= MAXIMUM_SPANS or self.size >= MAXIMUM_BYTES

    def add(self, piece: Piece) -> None:
        """Take one more span."""
        self.pieces.append(piece)
        self.size += piece.span.ByteSize()

    def halves(self) -> "tuple[Batch, Batch]":
        """Return the same spans as two batches."""
        middle = len(self.pieces) // 2
        first, second = Batch(project=self.project), Batch(project=self.project)
        for number, piece in enumerate(self.pieces):
            (first if number < middle else second).add(piece)
        return first, second

    def encode(self) -> bytes:
        """Return the request body: gzipped protobuf, equal neighbours under one resource."""
        request = ExportTraceServiceRequest()
        last = None
        for piece in self.pieces:
            if last is None or last.resource != piece.resource:
                resource_spans = request.resource_spans.add(resource=piece.resource)
                _set_project(resource_spans.resource, self.project)
                last = None
            if last is None or last.scope != piece.scope:
                scope_spans = resource_spans.scope_spans.add(scope=piece.scope)
            scope_spans.spans.append(piece.span)
            last = piece
        return gzip.compress(request.SerializeToString(), compresslevel=5)


def batches(pieces: Iterable[Piece]) -> Iterator[Batch]:
    """Yield the spans in requests of bounded size, one project each, in order."""
    open_batches: dict[str, Batch] = {}
    for piece in pieces:
        batch = open_batches.setdefault(piece.project, Batch(project=piece.project))
        batch.add(piece)
        if batch.full:
            yield open_batches.pop(piece.project)
    yield from open_batches.values()


def _set_project(resource: Resource, project: str) -> None:
    """Name the project as Phoenix reads it; its header could not hold every name."""
    for attribute in resource.attributes:
        if attribute.key == conventions.PROJECT_NAME:
            attribute.value.string_value = project
            return
    resource.attributes.add(key=conventions.PROJECT_NAME).value.string_value = project
