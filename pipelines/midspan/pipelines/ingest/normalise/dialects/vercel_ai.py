"""Vercel's AI SDK: `ai.*`, as versions 4 to 6 write it and version 7 where asked to.

The spans `ai.generateText` and the like are wrappers: they repeat the last step, or sum all steps.
"""

from typing import Any, Final

from midspan.pipelines.ingest.content import CallPart, Message, Part, parse, read_messages
from midspan.pipelines.ingest.content.document import as_text
from midspan.pipelines.ingest.content.message import ReasoningPart, TextPart
from midspan.pipelines.ingest.normalise.numbers import finite_number
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_finish_reason,
    put_input,
    put_note,
    put_output,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "vercel-ai"

_OPERATION: Final = "ai.operationId"
_REQUESTS: Final = (".doGenerate", ".doStream")
_TEXT: Final = "ai.response.text"
_OBJECT: Final = "ai.response.object"
_CALLS: Final = "ai.response.toolCalls"
_REASONING: Final = "ai.response.reasoning"


SIGNS: Final = Signs(families=frozenset({"ai"}))


def kind(source: Source) -> str | None:
    """Return the kind that the operation names: only requests to a model are LLM calls."""
    operation = source.peek(_OPERATION)
    if not isinstance(operation, str):
        return None
    if operation == "ai.toolCall":
        return "tool"
    if operation.startswith(("ai.embed", "ai.rerank")):
        return "other"
    return "llm" if operation.endswith(_REQUESTS) else "chain"


def read(span: Span, source: Source) -> None:
    """Fill in what `ai.*` attributes say."""
    source.take(_OPERATION)
    source.fill_text(span, "agent", "ai.telemetry.functionId")
    source.fill_text(
        span, "session", "ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.session_id"
    )
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        source.fill_text(span, "tool_name", "ai.toolCall.name")
        source.fill_text(span, "call_id", "ai.toolCall.id")
        source.fill_arguments(span, "ai.toolCall.args")
        source.fill_outcome(span, "ai.toolCall.result")
    else:
        source.fill_text(span, "input", "ai.prompt")
        source.fill_text(span, "output", _TEXT, _OBJECT)


def _read_llm(span: Span, source: Source) -> None:
    source.fill_text(span, "provider", "ai.model.provider")
    source.fill_text(span, "request_model", "ai.model.id")
    source.fill_text(span, "response_model", "ai.response.model")
    source.fill_text(span, "response_id", "ai.response.id")
    put_finish_reason(span, source.take("ai.response.finishReason"))
    _read_usage(span, source)
    first_chunk = finite_number(source.peek("ai.response.msToFirstChunk"))
    if span.ttft_seconds is None and first_chunk is not None:
        source.take("ai.response.msToFirstChunk")
        span.ttft_seconds = first_chunk / 1000
    put_tools(span, source.take("ai.prompt.tools"))
    if span.input is None:
        prompt = source.peek("ai.prompt.messages")
        messages = read_messages(prompt)
        if messages is None and source.is_cut(prompt):
            put_note(span, "truncated")
        elif messages is not None:
            put_input(span, messages)
            source.take("ai.prompt.messages")
    _read_reply(span, source)


def _read_usage(span: Span, source: Source) -> None:
    source.fill_tokens(span, "input_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens")
    source.fill_tokens(span, "output_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens")
    source.fill_tokens(
        span,
        "cache_read_tokens",
        "ai.usage.cachedInputTokens",
        "ai.usage.inputTokenDetails.cacheReadTokens",
    )
    source.fill_tokens(span, "cache_write_tokens", "ai.usage.inputTokenDetails.cacheWriteTokens")
    source.fill_tokens(
        span,
        "reasoning_tokens",
        "ai.usage.reasoningTokens",
        "ai.usage.outputTokenDetails.reasoningTokens",
    )


def _read_reply(span: Span, source: Source) -> None:
    """Put together what the reply's attributes hold apart; an absent list of calls is empty."""
    recorded = [name for name in (_TEXT, _OBJECT, _CALLS, _REASONING) if name in source]
    if span.emitted is not None or not recorded:
        return
    calls = source.peek(_CALLS)
    listed = parse(calls)
    if calls is not None and not isinstance(listed, list):
        put_note(span, "truncated")
        return
    parts: list[Part] = []
    for name, part in ((_REASONING, ReasoningPart), (_TEXT, TextPart), (_OBJECT, TextPart)):
        text = source.peek(name)
        if isinstance(text, str) and text:
            parts.append(part(text))
    parts += [_call(item) for item in listed or () if isinstance(item, dict)]
    put_output(span, [Message("assistant", tuple(parts))])
    for name in recorded:
        source.take(name)


def _call(item: dict[str, Any]) -> CallPart:
    id_, name = item.get("toolCallId"), item.get("toolName")
    arguments = as_text(item.get("input", item.get("args")))
    return CallPart(
        name if isinstance(name, str) else "", arguments, id_ if isinstance(id_, str) else None
    )
