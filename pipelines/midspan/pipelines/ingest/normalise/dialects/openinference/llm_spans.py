"""Spans of LLM calls."""

from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import Message, parse
from midspan.pipelines.ingest.normalise.dialects.openinference.llm_input import (
    flags_errors,
    take_input,
)
from midspan.pipelines.ingest.normalise.dialects.openinference.llm_output import take_output
from midspan.pipelines.ingest.normalise.dialects.openinference.offered import take_tools
from midspan.pipelines.ingest.normalise.dialects.openinference.raw_reply import Reply, read_reply
from midspan.pipelines.ingest.normalise.dialects.openinference.usage import read_usage
from midspan.pipelines.ingest.normalise.dialects.openinference.values import (
    drop_redacted,
    length_limit,
    take_mime_types,
)
from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_finish_reason,
    put_input,
    put_output,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

_NAMES: Final = Fields(
    text={
        "agent": ("agent.name",),
        "provider": ("llm.provider", "llm.system"),
        "request_model": ("llm.request.model_name",),
        "response_model": ("llm.response.model_name",),
    }
)
_FIRST_TOKEN: Final = "First Token Stream Event"


def read_llm(span: Span, source: Source) -> None:
    """Fill in everything about an LLM call."""
    drop_redacted(span, source)
    limit = length_limit(span, source)
    reply = read_reply(source.peek(conventions.OUTPUT_VALUE))
    document = parse(source.peek("llm.invocation_parameters"))
    parameters = document if isinstance(document, dict) else {}
    _read_names(span, source, parameters)
    read_usage(span, source)
    put_finish_reason(span, source.take("llm.finish_reason"))
    put_tools(span, take_tools(span, source) or parameters.get("tools") or None)
    _read_first_token(span, source)
    if span.input is None or flags_errors(source):
        _put_request(span, take_input(source))
    if not span.emitted:
        _put_reply(span, take_output(span, source, reply), limit)
    if reply is not None:
        _fill_from(reply, span)
    take_mime_types(source)


def _read_names(span: Span, source: Source, parameters: dict[str, Any]) -> None:
    _NAMES.fill(span, source)
    model = parameters.get("model")
    if span.request_model is None and isinstance(model, str) and model:
        span.request_model = model
    source.fill_text(span, "request_model", "llm.model_name")


def _read_first_token(span: Span, source: Source) -> None:
    first = next(source.events_named(_FIRST_TOKEN), None)
    if span.ttft_seconds is None and first is not None and first.time_ns >= span.start_ns:
        span.ttft_seconds = (first.time_ns - span.start_ns) / 1e9


def _put_request(span: Span, messages: list[Message] | None) -> None:
    if messages:
        span.input = None
        put_input(span, messages)


def _put_reply(span: Span, messages: list[Message] | None, limit: int | None) -> None:
    """Set what the model gave back; arguments that were cut off count as not recorded."""
    if messages is None:
        return
    if span.emitted is not None and any(True for each in messages for _ in each.calls()):
        span.emitted = None
    put_output(span, messages)
    for call in (span.emitted or ()) if limit is not None else ():
        if call.raw_arguments and len(call.raw_arguments) == limit:
            call.raw_arguments = None


def _fill_from(reply: Reply, span: Span) -> None:
    """Fill in what only the raw reply says."""
    span.response_id = span.response_id or reply.id
    span.response_model = span.response_model or reply.model
    put_finish_reason(span, reply.finish_reason)
    put_provider_usage(span, reply.usage)
