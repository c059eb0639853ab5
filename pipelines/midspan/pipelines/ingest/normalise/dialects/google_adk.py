"""Google ADK: `gcp.vertex.agent.*` of the older schema, and quirks of every version."""

import re
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import parse, read_instructions, read_messages
from midspan.pipelines.ingest.content.document import as_fields
from midspan.pipelines.ingest.normalise.numbers import token_count
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_error,
    put_finish_reason,
    put_input,
    put_note,
    put_output,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "google-adk"

SCOPE: Final = "gcp.vertex.agent"
REQUEST: Final = "gcp.vertex.agent.llm_request"
RESPONSE: Final = "gcp.vertex.agent.llm_response"
ARGUMENTS: Final = "gcp.vertex.agent.tool_call_args"
RESULT: Final = "gcp.vertex.agent.tool_response"
NOT_CAPTURED: Final = "{}"
MERGED_TOOLS: Final = "(merged tools)"

_AGENT_RUN: Final = re.compile(r"agent_run \[(.+)\]")
_BY_ADAPTER: Final = re.compile(r"(?!projects/|models/|publishers/|endpoints/|tunedModels/)[\w-]+/")
"""A model of another provider, which ADK reaches through LiteLLM."""


def claims(source: Source) -> bool:
    """Return whether the span is one of ADK's."""
    return (
        source.has_family("gcp")
        or source.scope == SCOPE
        or _AGENT_RUN.fullmatch(source.name) is not None
        or source.peek(conventions.TOOL_NAME) == MERGED_TOOLS
    )


SIGNS: Final = Signs(
    families=frozenset({"gcp"}),
    names=frozenset({conventions.TOOL_NAME}),
    spans=("agent_run [",),
    scopes=frozenset({SCOPE}),
    check=claims,
)


def kind(source: Source) -> str | None:
    """Return the kind; the span of merged tool calls repeats theirs and is no call."""
    if source.peek(conventions.TOOL_NAME) == MERGED_TOOLS:
        return "other"
    if source.name == "call_llm":
        return "llm"
    if _AGENT_RUN.fullmatch(source.name):
        return "agent"
    return "chain" if source.name == "invocation" else None


def read(span: Span, source: Source) -> None:
    """Fill in what the older schema says, and put right what the newer one miscounts."""
    agent = _AGENT_RUN.fullmatch(source.name)
    if agent is not None and span.agent is None:
        span.agent = agent[1]
    source.fill_text(span, "session", "gcp.vertex.agent.session_id")
    if source.peek(conventions.TOOL_CALL_ID) == "<not specified>":
        source.take(conventions.TOOL_CALL_ID)
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        _read_tool(span, source)


def _read_llm(span: Span, source: Source) -> None:
    request = as_fields(parse(source.peek(REQUEST)))
    response = as_fields(parse(source.peek(RESPONSE)))
    _read_request(span, request)
    usage = response.get("usage_metadata")
    if usage:
        put_provider_usage(span, usage)
    else:
        _count_reasoning_once(span, source)
    content = response.get("content")
    if isinstance(content, dict):
        put_output(span, read_messages([content]))
    put_finish_reason(span, response.get("finish_reason"))
    _read_failure(span, response)
    if request and response:
        source.take(REQUEST)
        source.take(RESPONSE)


def _read_failure(span: Span, response: dict[str, Any]) -> None:
    """Mark a failed call; a code that repeats the finish reason is the model's doing."""
    code, message = response.get("error_code"), response.get("error_message")
    if code and code != response.get("finish_reason"):
        put_error(span, type_=str(code), message=message)
    elif code and span.error_message is None and isinstance(message, str):
        span.error_message = message


def _read_request(span: Span, request: dict[str, Any]) -> None:
    config = request.get("config")
    config = config if isinstance(config, dict) else {}
    if isinstance(config.get("tools"), list):
        put_tools(span, config["tools"])
    contents = read_messages(request.get("contents"))
    if contents:
        put_input(span, [*read_instructions(config.get("system_instruction")), *contents])


def _count_reasoning_once(span: Span, source: Source) -> None:
    """Correct the output: ADK adds the reasoning that LiteLLM's figure already holds."""
    model = source.peek(conventions.REQUEST_MODEL)
    output = token_count(source.peek(conventions.OUTPUT_TOKENS))
    reasoning = token_count(source.peek(conventions.REASONING_TOKENS))
    if not isinstance(model, str) or not _BY_ADAPTER.match(model) or span.output_tokens is not None:
        return
    if output is not None and reasoning and output >= 2 * reasoning:
        source.take(conventions.OUTPUT_TOKENS)
        span.output_tokens = output - reasoning
        put_note(span, "repaired")


def _read_tool(span: Span, source: Source) -> None:
    if source.peek(ARGUMENTS) == source.peek(RESULT) == NOT_CAPTURED:
        source.take(ARGUMENTS)
        source.take(RESULT)
    source.fill_arguments(span, ARGUMENTS)
    if span.status == "error" and span.error_message == span.error_type:
        span.error_message = None  # the status repeats the type; the result says what happened
    source.fill_outcome(span, conventions.TOOL_CALL_RESULT, RESULT)
