"""Claude Code's spans, also under its Agent SDK: `span.type`, bare names as `input_tokens`.

What a tool was called with, and what the model said, stand only in the log records beside them.
"""

from typing import Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content.document import some_text
from midspan.pipelines.ingest.normalise.numbers import finite_number, whole_number
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_error,
    put_finish_reason,
    put_note,
    put_result,
)
from midspan.pipelines.ingest.span import Span

NAME: Final = "claude-code"

KINDS: Final = {"interaction": "agent", "llm_request": "llm", "tool": "tool"}
REDACTED: Final = "<REDACTED>"

_PREFIX: Final = "claude_code."
_TYPE: Final = "span.type"
_EXECUTION: Final = "tool.execution"
_CALL_IDS: Final = (conventions.TOOL_CALL_ID, "tool_use_id")
_OUTPUT_EVENT: Final = "tool.output"
_OUTPUTS: Final = ("output", "content", "diff")


def claims(source: Source) -> bool:
    """Return whether the span is Claude Code's: others write `span.type` too."""
    type_ = source.peek(_TYPE)
    return isinstance(type_, str) and (type_.startswith(_PREFIX) or source.name == _PREFIX + type_)


SIGNS: Final = Signs(names=frozenset({_TYPE}), check=claims)


def kind(source: Source) -> str:
    """Return the kind of the span.

    The execution inside a tool span is that same call without the wait for a permission, and the
    only one of the two that says whether it failed.
    """
    type_ = _type(source)
    if type_ == _EXECUTION and any(name in source for name in _CALL_IDS):
        return "tool"
    return KINDS.get(type_, "other")


def read(span: Span, source: Source) -> None:
    """Fill in what the span says in names of its own."""
    type_ = _type(source)
    source.take(_TYPE)
    _read_error(span, source)
    if type_ == "llm_request":
        _read_llm(span, source)
    elif type_ in {"tool", _EXECUTION}:
        _read_tool(span, source)
    elif type_ == "interaction":
        source.fill_text(span, "input", "user_prompt")
        if span.input == REDACTED:
            span.input = None
            put_note(span, "redacted")


def _type(source: Source) -> str:
    return str(source.peek(_TYPE)).removeprefix(_PREFIX)


def _read_error(span: Span, source: Source) -> None:
    if str(source.peek("success")).lower() == "false":
        put_error(span, type_=some_text(source.peek("error_class")), message=source.take("error"))
    status = whole_number(source.peek("status_code"))
    if span.http_status is None and status is not None and 100 <= status <= 599:
        span.http_status = status
        source.take("status_code")


def _read_llm(span: Span, source: Source) -> None:
    source.fill_text(span, "request_model", "model")
    put_finish_reason(span, source.take("stop_reason"))
    _read_usage(span, source)
    first = finite_number(source.peek("ttft_ms"))
    if span.ttft_seconds is None and first is not None:
        source.take("ttft_ms")
        span.ttft_seconds = first / 1000
    source.fill_text(span, "text", "response.model_output")
    if span.text == REDACTED:
        span.text = None
        put_note(span, "redacted")


def _read_usage(span: Span, source: Source) -> None:
    """Fill in tokens; Anthropic counts those of the cache beside the input, not within it."""
    source.fill_tokens(span, "cache_read_tokens", "cache_read_tokens")
    source.fill_tokens(span, "cache_write_tokens", "cache_creation_tokens")
    source.fill_tokens(span, "output_tokens", "output_tokens")
    if span.input_tokens is None:
        source.fill_tokens(span, "input_tokens", "input_tokens")
        if span.input_tokens is not None:
            span.input_tokens += (span.cache_read_tokens or 0) + (span.cache_write_tokens or 0)


def _read_tool(span: Span, source: Source) -> None:
    source.fill_text(span, "tool_name", conventions.TOOL_NAME, "tool_name")
    source.fill_text(span, "call_id", *_CALL_IDS)
    if source.peek("tool_input") == REDACTED:
        put_note(span, "redacted")
    else:
        source.fill_arguments(span, "tool_input")
    for event in list(source.events_named(_OUTPUT_EVENT)):
        value = next((event.attributes[key] for key in _OUTPUTS if event.attributes.get(key)), None)
        if value == REDACTED:
            put_note(span, "redacted")
        elif value is not None and span.output is None:
            put_result(span, value)
            source.drop_events({_OUTPUT_EVENT})
