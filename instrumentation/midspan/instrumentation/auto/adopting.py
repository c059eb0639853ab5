"""Lets a program that sets a tracer provider of its own keep it, beside the one of `midspan trace`.

OpenTelemetry takes one tracer provider a process, and the first stays. A program under `midspan
trace` comes second: what its own exporter would have had, it gets all the same.
"""

import functools
from collections.abc import Iterator

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider
from opentelemetry.trace import TracerProvider

from midspan.instrumentation.provider import setup
from midspan.instrumentation.telemetry import Telemetry


def adopt_providers() -> None:
    """Have a tracer provider that the program sets take part, from now on."""
    first = trace.get_tracer_provider()
    if not isinstance(first, SdkTracerProvider):
        return
    set_by_program = trace.set_tracer_provider

    @functools.wraps(set_by_program)
    def set_tracer_provider(tracer_provider: TracerProvider) -> None:
        if not isinstance(tracer_provider, SdkTracerProvider):
            set_by_program(tracer_provider)
        elif tracer_provider is not first:
            telemetry = setup(tracer_provider=tracer_provider)
            first.add_span_processor(_Forwarding(tracer_provider, telemetry))

    trace.set_tracer_provider = set_tracer_provider


class _Forwarding(SpanProcessor):
    """Hands spans on to what the program has added, and will add, to its tracer provider."""

    def __init__(self, tracer_provider: SdkTracerProvider, telemetry: Telemetry) -> None:
        self._provider = tracer_provider
        self._telemetry = telemetry

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for processor in self._processors():
            processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        for processor in self._processors():
            processor.on_end(span)

    def _processors(self) -> Iterator[SpanProcessor]:
        every = getattr(self._provider._active_span_processor, "_span_processors", ())
        return (one for one in every if not self._telemetry.has_added(one))
