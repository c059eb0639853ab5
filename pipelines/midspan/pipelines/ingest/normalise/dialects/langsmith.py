"""LangSmith's runs as spans: `langsmith.*`, inputs and outputs as LangChain serialises them."""

import re
from typing import Any, Final

from midspan.pipelines.ingest.content import Message, parse, read_messages
from midspan.pipelines.ingest.content.answers import read_answer
from midspan.pipelines.ingest.content.document import (
    as_fields,
    parse_printed,
    parse_python,
    some_text,
)
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.numbers import token_count
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_arguments,
    put_input,
    put_note,
    put_outcome,
    put_output,
)
from midspan.pipelines.ingest.span import Span

NAME: Final = "langsmith"

KINDS: Final = {
    "llm": "llm",
    "tool": "tool",
    "agent": "agent",
    "chain": "chain",
    "prompt": "chain",
    "retriever": "retriever",
    "embedding": "other",
    "parser": "other",
}
_KIND: Final = "langsmith.span.kind"
_INPUTS: Final = "gen_ai.prompt"
_OUTPUTS: Final = "gen_ai.completion"
_THREADS: Final = tuple(
    f"langsmith.metadata.{name}" for name in ("session_id", "thread_id", "conversation_id")
)
_RAISED: Final = re.compile(r"^([A-Za-z_][\w.]*): (.*)$")


SIGNS: Final = Signs(families=frozenset({"langsmith"}))


def kind(source: Source) -> str | None:
    """Return the kind of the run."""
    written = source.peek(_KIND)
    return KINDS.get(written.lower()) if isinstance(written, str) else None


def read(span: Span, source: Source) -> None:
    """Fill in what the run's attributes say."""
    source.take(_KIND)
    source.fill_text(span, "session", *_THREADS)
    _read_error(span)
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        _read_tool(span, source)
    else:
        source.fill_text(span, "input", _INPUTS)
        if span.kind == "agent" and span.output is None and _OUTPUTS in source:
            span.output = read_answer(source.take(_OUTPUTS))
        source.fill_text(span, "output", _OUTPUTS)


def _read_error(span: Span) -> None:
    """Take what was raised out of the traceback that stands as the message of an `Exception`."""
    message = span.error_message or ""
    if span.error_type != "Exception" or "Traceback (most recent call last)" not in message:
        return
    raised = _RAISED.match(message.rstrip().rpartition("\n")[2])
    if raised:
        span.error_type, span.error_message = raised.groups()


def _read_llm(span: Span, source: Source) -> None:
    inputs, outputs = parse(source.peek(_INPUTS)), parse(source.peek(_OUTPUTS))
    about = _about(outputs)
    if span.response_id is None:
        span.response_id = some_text(about.get("id"))
    if span.response_model is None:
        span.response_model = some_text(about.get("model_name")) or some_text(about.get("model"))
    _read_usage(span, source, about)
    for name, document in ((_INPUTS, inputs), (_OUTPUTS, outputs)):
        if document is None and source.is_cut(source.peek(name)):
            put_note(span, "truncated")
    told = read_messages(inputs)
    if span.input is None and told:
        put_input(span, told)
        source.take(_INPUTS)
    given = _given(outputs)
    if given is not None and span.emitted is None:
        put_output(span, given)
        source.take(_OUTPUTS)


def _given(outputs: Any) -> list[Message] | None:
    """Return the reply: of a model, or of a function that was traced as one."""
    if isinstance(outputs, dict) and set(outputs) == {"output"}:
        inner = outputs["output"]
        if isinstance(inner, str):
            return [Message("assistant", (TextPart(inner),))]
        return read_messages(inner)
    return read_messages(outputs)


def _about(outputs: Any) -> dict[str, Any]:
    """Return what a reply says of itself: its id, model and usage."""
    if not isinstance(outputs, dict):
        return {}
    generations = outputs.get("generations")
    while isinstance(generations, list) and generations:
        generations = generations[0]
    if not isinstance(generations, dict):
        return outputs
    message = as_fields(generations.get("message"))
    message = as_fields(message.get("kwargs")) or message
    usage = message.get("usage_metadata")
    return {**as_fields(message.get("response_metadata")), "usage_metadata": usage}


def _read_usage(span: Span, source: Source, about: dict[str, Any]) -> None:
    """Fill in what the plain attributes lack: cached and reasoning tokens."""
    usage = parse(source.peek("langsmith.metadata.usage_metadata")) or about.get("usage_metadata")
    usage = as_fields(usage)
    read = _details(usage, source, "input")
    made = _details(usage, source, "output")
    for field, value in (
        ("input_tokens", usage.get("input_tokens")),
        ("output_tokens", usage.get("output_tokens")),
        ("cache_read_tokens", read.get("cache_read")),
        ("cache_write_tokens", read.get("cache_creation")),
        ("reasoning_tokens", made.get("reasoning")),
    ):
        if getattr(span, field) is None:
            setattr(span, field, token_count(value))


def _details(usage: dict[str, Any], source: Source, side: str) -> dict[str, Any]:
    details = usage.get(f"{side}_token_details")
    if isinstance(details, dict):
        return details
    written = source.peek(f"gen_ai.usage.{side}_token_details")  # in Python's notation
    return as_fields(parse_python(written) if isinstance(written, str) else written)


def _read_tool(span: Span, source: Source) -> None:
    inputs, outputs = parse(source.peek(_INPUTS)), parse(source.peek(_OUTPUTS))
    if span.input is None and _INPUTS in source:
        inner = inputs.get("input") if isinstance(inputs, dict) and len(inputs) == 1 else None
        wrapped = isinstance(inner, str) and isinstance(_object(inner), dict)
        put_arguments(span, inner if wrapped else source.peek(_INPUTS), printed=wrapped)
        if wrapped:
            put_note(span, "unwrapped")
        source.take(_INPUTS)
    if outputs == {} and span.status == "error":
        source.take(_OUTPUTS)
    elif _OUTPUTS in source and span.output is None:
        bare = isinstance(outputs, dict) and set(outputs) == {"output"}
        inner = outputs["output"] if bare else None
        put_outcome(span, inner if isinstance(inner, str) else source.peek(_OUTPUTS))
        source.take(_OUTPUTS)


def _object(text: str) -> Any:
    document = parse(text)
    return parse_printed(text.strip()) if document is None else document
