"""Gemini CLI's spans: OTel GenAI's names, with operations and contents of its own."""

from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import Message, Part, parse, read_instructions, read_messages
from midspan.pipelines.ingest.content.document import as_fields, encode
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_arguments,
    put_error,
    put_input,
    put_output,
    put_result,
)
from midspan.pipelines.ingest.span import Span

NAME: Final = "gemini-cli"

KINDS: Final = {
    "llm_call": "llm",
    "tool_call": "tool",
    "agent_call": "agent",
    "schedule_tool_calls": "chain",
    "user_prompt": "other",
    "system_prompt": "other",
}
_AGENT: Final = "gemini-cli"


def claims(source: Source) -> bool:
    """Return whether the span names this agent as its service."""
    return bool(source.peek(conventions.AGENT_NAME) == _AGENT)


SIGNS: Final = Signs(names=frozenset({conventions.AGENT_NAME}), check=claims)


def kind(source: Source) -> str | None:
    """Return the kind that the operation names."""
    operation = source.peek(conventions.OPERATION_NAME)
    return KINDS.get(operation) if isinstance(operation, str) else None


def read(span: Span, source: Source) -> None:
    """Fill in contents in Google's form, and what a tool call's own record says."""
    source.fill_text(span, "call_id", "gen_ai.tool.call_id")
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        _read_tool(span, source)
    else:
        source.fill_text(span, "input", conventions.INPUT_MESSAGES)
        source.fill_text(span, "output", conventions.OUTPUT_MESSAGES)


def _read_llm(span: Span, source: Source) -> None:
    told = read_messages(source.peek(conventions.INPUT_MESSAGES))
    if told is not None and span.input is None:
        instructions = parse(source.take("gen_ai.system_instructions"))
        put_input(span, [*(read_instructions(instructions) if instructions else ()), *told])
        source.take(conventions.INPUT_MESSAGES)
    given = read_messages(source.peek(conventions.OUTPUT_MESSAGES))
    if given is not None and span.emitted is None:
        put_output(span, [_whole(given)])
        source.take(conventions.OUTPUT_MESSAGES)


def _whole(chunks: list[Message]) -> Message:
    """Return a streamed reply as one message: the chunks of its text belong together."""
    parts: list[Part] = []
    for part in (part for chunk in chunks for part in chunk.parts):
        before = parts[-1] if parts else None
        if isinstance(part, TextPart) and isinstance(before, TextPart):
            parts[-1] = TextPart(before.text + part.text)
        else:
            parts.append(part)
    return Message("assistant", tuple(parts))


def _read_tool(span: Span, source: Source) -> None:
    request = as_fields(parse(source.peek(conventions.INPUT_MESSAGES)))
    call = as_fields(parse(source.peek(conventions.OUTPUT_MESSAGES)))
    request = request or as_fields(call.get("request"))
    if span.input is None and request.get("args") is not None:
        put_arguments(span, request["args"])
        source.take(conventions.INPUT_MESSAGES)
    if not call or span.output is not None:
        return
    source.take(conventions.OUTPUT_MESSAGES)
    response = as_fields(call.get("response"))
    told = _told(response)
    if call.get("status") in ("error", "cancelled"):
        raised = as_fields(response.get("error"))
        type_ = response.get("errorType")
        put_error(
            span,
            type_=type_ if isinstance(type_, str) else None,
            message=raised.get("message") or response.get("error") or told.get("error"),
        )
        return
    output = told.get("output", told or None)
    code = as_fields(response.get("data")).get("exitCode")
    if isinstance(code, int) and code != 0:
        span.output = encode({"exit_code": code, "output": output})
    elif output is not None:
        put_result(span, output)


def _told(response: dict[str, Any]) -> dict[str, Any]:
    """Return what the model was told: the fields of the response to its call."""
    parts = response.get("responseParts")
    for part in parts if isinstance(parts, list) else [parts]:
        function = as_fields(as_fields(part).get("functionResponse"))
        if function:
            return as_fields(function.get("response"))
    return {}
