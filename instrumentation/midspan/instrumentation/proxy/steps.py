"""Spans of a model call and of tools, from what passed."""

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import TracerProvider

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import clean, to_json
from midspan.instrumentation.handlers import LlmHandle, start_llm_call, start_tool_call
from midspan.instrumentation.messages import parsed_arguments
from midspan.instrumentation.proxy import attributes
from midspan.instrumentation.proxy.clock import Moment, within
from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.headers import RETRIES
from midspan.instrumentation.proxy.outcome import Outcome
from midspan.instrumentation.proxy.pending import Pending
from midspan.instrumentation.proxy.wire import Asked, ToolResult
from midspan.instrumentation.proxy.wire.asked import Json, items_of

UNKNOWN: Final = "unknown"


def llm_step(
    exchange: Exchange,
    asked: Asked,
    outcome: Outcome,
    *,
    inside: Context,
    provider: str | None,
    tracer_provider: TracerProvider,
) -> None:
    """Record a request and its reply."""
    clock = Moment(exchange.started_ns)
    with within(inside):
        step = start_llm_call(
            asked.model or UNKNOWN,
            provider=provider,
            messages=asked.messages,
            tools=asked.tools,
            tracer_provider=tracer_provider,
            clock=clock,
            **asked.parameters,
        )
        span = trace.get_current_span()
        span.set_attributes(_beside(exchange, outcome))
        if exchange.first_piece_ns is not None and exchange.streams and outcome.answered:
            clock.now_ns = exchange.first_piece_ns
            step.record_first_chunk()
        _say(step, outcome)
        clock.now_ns = exchange.ended_ns
        step.stop()


def tool_step(
    called: Pending, told: ToolResult, *, until_ns: int, tracer_provider: TracerProvider
) -> None:
    """Record a tool that ran between the reply that called it and the request with its result."""
    clock = Moment(called.emitted_ns)
    with within(called.inside):
        step = start_tool_call(
            called.name,
            arguments=called.arguments,
            call_id=told.call_id,
            tracer_provider=tracer_provider,
            clock=clock,
        )
        trace.get_current_span().set_attribute(attributes.OUTSIDE, True)
        clock.now_ns = max(until_ns, called.emitted_ns)
        if told.failed:
            step.record_failure("tool_error", str(told.result))
        else:
            step.record_result(told.result)
        step.stop()


def _say(step: LlmHandle, outcome: Outcome) -> None:
    if outcome.answered:
        step.record_openai(outcome.completion)
    if outcome.failure is not None:
        step.record_failure(*outcome.failure)


def _beside(exchange: Exchange, outcome: Outcome) -> Mapping[str, Any]:
    """Return the attributes that the handlers do not know of."""
    translation = exchange.translation
    retries = exchange.headers.get(RETRIES, "0")
    found: dict[str, Any] = {
        attributes.OUTSIDE: True,
        conventions.HTTP_STATUS: exchange.status,
        attributes.RESEND_COUNT: int(retries) if retries.isdecimal() and retries != "0" else None,
        attributes.NOT_RECORDED: outcome.not_recorded,
        attributes.RAW_ARGUMENTS: _raw_arguments(outcome.completion),
        attributes.TEXT_FORM: translation.form,
        attributes.TRANSLATED: bool(translation.calls) if translation.form else None,
        attributes.UNTRANSLATED_BECAUSE: translation.reason,
    }
    return {name: value for name, value in found.items() if value is not None}


def _raw_arguments(completion: Json) -> list[str] | None:
    """Return the arguments of all calls as written, unless the messages show them to the letter."""
    raw = [
        call["function"]["arguments"]
        for choice in items_of(completion.get("choices"))
        for call in items_of((choice.get("message") or {}).get("tool_calls"))
        if isinstance((call.get("function") or {}).get("arguments"), str)
    ]
    shown = [to_json(value) if (value := parsed_arguments(text)) != text else text for text in raw]
    return [clean(text) for text in raw] if raw != shown else None
