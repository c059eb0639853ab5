"""The span around a run: its ids are known from the first request on, it is written at the end."""

from dataclasses import dataclass
from typing import Final, Self

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TracerProvider

from midspan.instrumentation.handlers import start_agent
from midspan.instrumentation.messages import content_text
from midspan.instrumentation.proxy.clock import Moment, within
from midspan.instrumentation.proxy.closing import Closing
from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.outcome import Outcome
from midspan.instrumentation.proxy.wire import Asked
from midspan.instrumentation.proxy.wire.asked import first_message, items_of

NAME: Final = "agent"


class Ids(RandomIdGenerator):
    """Random ids, but for a span whose ids were given away before it began."""

    def __init__(self) -> None:
        """Begin with random ones."""
        self._promised: SpanContext | None = None

    def promise(self) -> SpanContext:
        """Return ids for a span that is to be begun later."""
        return SpanContext(
            trace_id=super().generate_trace_id(),
            span_id=super().generate_span_id(),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        )

    def keep(self, promised: SpanContext | None) -> None:
        """Give the next root span these ids; None ends that."""
        self._promised = promised

    def generate_trace_id(self) -> int:
        """Return the promised trace id, or a random one."""
        return self._promised.trace_id if self._promised else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return the promised span id, or a random one."""
        return self._promised.span_id if self._promised else super().generate_span_id()


@dataclass(kw_only=True)
class Root:
    """What is known so far about a run as a whole."""

    promised: SpanContext
    started_ns: int
    question: str | None
    model: str | None
    ended_ns: int = 0
    answer: str | None = None
    failure: tuple[str, str] | None = None

    @classmethod
    def begin(cls, promised: SpanContext, exchange: Exchange, asked: Asked) -> Self:
        """Return the root of a run that begins with this request."""
        return cls(
            promised=promised,
            started_ns=exchange.started_ns,
            question=_question(asked),
            model=asked.model or None,
        )

    def context(self) -> Context:
        """Return the context in which the steps of the run are children of this span."""
        return trace.set_span_in_context(NonRecordingSpan(self.promised), Context())

    def note(self, exchange: Exchange, outcome: Outcome) -> None:
        """Take the latest reply for how the run ended, until there is another."""
        self.ended_ns = max(self.ended_ns, exchange.ended_ns)
        self.failure = outcome.failure
        message = first_message(outcome.completion)
        said = None if message.get("tool_calls") else message.get("content")
        self.answer = content_text(said) or None

    def write(
        self,
        ids: Ids,
        closing: Closing,
        *,
        provider: str | None,
        tracer_provider: TracerProvider,
    ) -> None:
        """Write the span, with what was told at the end."""
        clock = Moment(self.started_ns)
        with within(Context()):
            ids.keep(self.promised)
            try:
                step = start_agent(
                    NAME,
                    input=self.question,
                    provider=provider,
                    model=self.model,
                    tracer_provider=tracer_provider,
                    clock=clock,
                )
            finally:
                ids.keep(None)
            span = trace.get_current_span()
            span.set_attributes(closing.attributes)
            for event in closing.events:
                span.add_event(event.name, event.attributes, event.time_ns)
            clock.now_ns = self.ended_ns
            failure = self.failure or closing.failure
            if failure is not None:
                step.record_failure(*failure)
            elif self.answer is not None:
                step.record_answer(self.answer)
            step.stop()


def _question(asked: Asked) -> str | None:
    """Return what the user said last."""
    for message in reversed(asked.messages):
        if message.get("role") == "user":
            parts = [part.get("content") for part in items_of(message.get("parts"))]
            return content_text(message.get("content") or parts) or None
    return None
