"""Helpers for tests of instrumented code: counting ids, a stepping clock, spans as dictionaries."""

from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import format_span_id, format_trace_id

from midspan.instrumentation.processor import RunContextProcessor

SECOND = 1_000_000_000


class CountingIds(IdGenerator):
    """Ids 1, 2, 3 ..., for traces and for spans."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._traces = 0
        self._spans = 0

    def generate_trace_id(self) -> int:
        """Return the next trace id."""
        self._traces += 1
        return self._traces

    def generate_span_id(self) -> int:
        """Return the next span id."""
        self._spans += 1
        return self._spans


class SteppingClock:
    """A clock that is a second later each time it is read."""

    def __init__(self, start_ns: int = 0, step_ns: int = SECOND) -> None:
        """Begin at `start_ns`."""
        self.now_ns = start_ns
        self._step_ns = step_ns

    def __call__(self) -> int:
        """Return the time in nanoseconds, one step after the last."""
        self.now_ns += self._step_ns
        return self.now_ns


class Recorder(SpanProcessor):
    """A tracer provider of its own that keeps finished spans, in the order in which they end."""

    def __init__(self) -> None:
        """Make the tracer provider, with counting ids and the run context on every span."""
        self.finished: list[ReadableSpan] = []
        self.tracer_provider = TracerProvider(
            resource=Resource({"service.name": "test"}),
            id_generator=CountingIds(),
            shutdown_on_exit=False,
        )
        self.tracer_provider.add_span_processor(RunContextProcessor())
        self.tracer_provider.add_span_processor(self)

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the span."""
        self.finished.append(span)

    def spans(self) -> list[dict[str, Any]]:
        """Return the finished spans as plain dictionaries."""
        return [span_dict(span) for span in self.finished]

    def exported(self) -> list[dict[str, Any]]:
        """Return the finished spans in the order in which they began, to compare with a snapshot.

        What is not there is left out: a step that went well has no `message` and no `events`.
        """
        begun = sorted(self.spans(), key=lambda span: (span["start_ns"], span["span_id"]))
        return [{k: v for k, v in span.items() if v not in (None, [], {})} for span in begun]

    def attributes(self) -> dict[str, dict[str, Any]]:
        """Return the attributes of the finished spans by span name."""
        return {span["name"]: span["attributes"] for span in self.spans()}


def span_dict(span: ReadableSpan) -> dict[str, Any]:
    """Return a finished span as a plain dictionary."""
    assert span.context is not None
    return {
        "name": span.name,
        "kind": span.kind.name,
        "trace_id": format_trace_id(span.context.trace_id),
        "span_id": format_span_id(span.context.span_id),
        "parent_id": format_span_id(span.parent.span_id) if span.parent else None,
        "start_ns": span.start_time,
        "end_ns": span.end_time,
        "status": span.status.status_code.name,
        "message": span.status.description,
        "attributes": {k: _plain(v) for k, v in (span.attributes or {}).items()},
        "events": [
            {"name": event.name, "attributes": dict(event.attributes or {})}
            for event in span.events
        ],
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
