"""Langfuse's own spans: `langfuse.observation.*`."""

import datetime
from typing import Any, Final

from midspan.pipelines.ingest.content import Message, parse, read_instructions, read_messages
from midspan.pipelines.ingest.content.answers import read_answer
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.numbers import finite_number, token_count
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_error,
    put_input,
    put_note,
    put_output,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "langfuse"

KINDS: Final = {
    "generation": "llm",
    "tool": "tool",
    "agent": "agent",
    "chain": "chain",
    "retriever": "retriever",
    "embedding": "other",
    "evaluator": "other",
    "guardrail": "other",
    "event": "other",
}
_PREFIX: Final = "langfuse.observation."
_TYPE: Final = _PREFIX + "type"
_INPUT: Final = _PREFIX + "input"
_OUTPUT: Final = _PREFIX + "output"
_FIRST_TOKEN: Final = _PREFIX + "completion_start_time"

_READ: Final = ("input_cache_read", "input_cached_tokens", "cache_read_input_tokens")
_WRITE: Final = ("input_cache_creation", "input_cache_write", "cache_creation_input_tokens")
_REASONING: Final = ("output_reasoning", "output_reasoning_tokens")


SIGNS: Final = Signs(families=frozenset({"langfuse"}))


def kind(source: Source) -> str | None:
    """Return the kind that the type names; a plain `span` says nothing."""
    type_ = source.peek(_TYPE)
    return KINDS.get(type_.lower()) if isinstance(type_, str) else None


def read(span: Span, source: Source) -> None:
    """Fill in what `langfuse.*` attributes say."""
    source.take(_TYPE)
    source.fill_text(span, "session", "langfuse.session.id", "langfuse.trace.session_id")
    level = source.peek(_PREFIX + "level")
    if isinstance(level, str) and level.upper() == "ERROR":
        source.take(_PREFIX + "level")
        put_error(span, message=source.take(_PREFIX + "status_message"))
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        if span.call_id is None:
            span.call_id = _json_text(source.take(_PREFIX + "metadata.tool_call_id"))
        source.fill_arguments(span, _INPUT)
        source.fill_outcome(span, _OUTPUT)
    else:
        source.fill_text(span, "input", _INPUT)
        if span.kind == "agent" and span.output is None and _OUTPUT in source:
            span.output = read_answer(source.take(_OUTPUT))
        source.fill_text(span, "output", _OUTPUT)


def _read_llm(span: Span, source: Source) -> None:
    source.fill_text(span, "request_model", _PREFIX + "model.name")
    source.fill_text(span, "provider", _PREFIX + "metadata.ls_provider")
    span.provider = _json_text(span.provider)
    _read_usage(span, parse(source.take(_PREFIX + "usage_details")))
    cost = parse(source.peek(_PREFIX + "cost_details"))
    if isinstance(cost, dict) and span.cost_usd is None:
        source.take(_PREFIX + "cost_details")
        span.cost_usd = finite_number(cost.get("total"))
    _read_first_token(span, source)
    _read_input(span, source)
    output = source.peek(_OUTPUT)
    given = read_messages(output)
    if given is None and source.is_cut(output):
        put_note(span, "truncated")
    elif output is not None and span.emitted is None:
        source.take(_OUTPUT)
        text = _json_text(output)
        put_output(span, given or [Message("assistant", (TextPart(text),) if text else ())])


def _read_input(span: Span, source: Source) -> None:
    """Read the request: an object of messages and tools, or messages that the tools stand among."""
    raw = source.peek(_INPUT)
    document = parse(raw)
    told: list[Message] = []
    if isinstance(document, dict):
        put_tools(span, document.get("tools"))
        apart = document.get("system") or document.get("instructions")
        told = read_instructions(apart) if apart else []
    elif isinstance(document, list):
        tools = [item["content"] for item in document if _is_definition(item)]
        put_tools(span, tools or None)
        document = [item for item in document if not _is_definition(item)]
    messages = read_messages(document)
    if messages is None and source.is_cut(raw):
        put_note(span, "truncated")
        return
    text = _json_text(raw) if messages is None else None
    told += messages or ([Message("user", (TextPart(text),))] if text else [])
    if span.input is None and told:
        source.take(_INPUT)
        put_input(span, told)


def _is_definition(item: Any) -> bool:
    """Return whether a message is no message but a tool that was offered, as for LangChain."""
    content = item.get("content") if isinstance(item, dict) else None
    return isinstance(content, dict) and (
        isinstance(content.get("function"), dict) or "input_schema" in content
    )


def _read_usage(span: Span, usage: Any) -> None:
    """Fill in tokens: a provider's own object, or parts that exclude each other and add up."""
    if not isinstance(usage, dict):
        return
    if "input" not in usage and "output" not in usage:
        put_provider_usage(span, usage)
        return
    total = token_count(usage.get("total"))
    given = _sum(usage, "input", ("cache_read_input_tokens", "cache_creation_input_tokens"))
    made = _sum(usage, "output", ())
    if total is not None and made is not None and given is not None and given + made > total:
        given = total - made  # some parts are parts of other parts
    for field, number in (
        ("input_tokens", given),
        ("cache_read_tokens", _first(usage, _READ)),
        ("cache_write_tokens", _first(usage, _WRITE)),
        ("output_tokens", made),
        ("reasoning_tokens", _first(usage, _REASONING)),
    ):
        if getattr(span, field) is None:
            setattr(span, field, number)


def _sum(usage: dict[str, Any], side: str, others: tuple[str, ...]) -> int | None:
    plain = token_count(usage.get(side))
    names = [name for name in usage if name.startswith(f"{side}_") or name in others]
    parts = (token_count(usage[name]) for name in names)
    return None if plain is None else plain + sum(part for part in parts if part is not None)


def _first(usage: dict[str, Any], names: tuple[str, ...]) -> int | None:
    numbers = (token_count(usage.get(name)) for name in names)
    return next((number for number in numbers if number is not None), None)


def _read_first_token(span: Span, source: Source) -> None:
    written = _json_text(source.peek(_FIRST_TOKEN))
    if span.ttft_seconds is not None or written is None:
        return
    try:
        first = datetime.datetime.fromisoformat(written)
    except ValueError:
        return
    if first.tzinfo is not None:
        source.take(_FIRST_TOKEN)
        span.ttft_seconds = max(0.0, first.timestamp() - span.start_ns / 1e9)


def _json_text(value: Any) -> str | None:
    """Return the text in a JSON string, or text as it is."""
    decoded = parse(value)
    text = decoded if isinstance(decoded, str) else value
    return text if isinstance(text, str) and text else None
