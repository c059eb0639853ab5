"""MLflow's own spans: `mlflow.*`, where every value is JSON, plain strings too."""

from typing import Any, Final

from midspan.pipelines.ingest.content import Message, parse, read_instructions, read_messages
from midspan.pipelines.ingest.content.answers import read_answer
from midspan.pipelines.ingest.content.document import some_text
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.numbers import finite_number, token_count
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import (
    Source,
    put_input,
    put_note,
    put_outcome,
    put_output,
)
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "mlflow"

KINDS: Final = {
    "LLM": "llm",
    "CHAT_MODEL": "llm",
    "TOOL": "tool",
    "AGENT": "agent",
    "CHAIN": "chain",
    "WORKFLOW": "chain",
    "TASK": "chain",
    "RETRIEVER": "retriever",
    "PARSER": "other",
    "EMBEDDING": "other",
    "RERANKER": "other",
    "MEMORY": "other",
    "GUARDRAIL": "other",
    "EVALUATOR": "other",
}
_TYPE: Final = "mlflow.spanType"
_INPUTS: Final = "mlflow.spanInputs"
_OUTPUTS: Final = "mlflow.spanOutputs"
_USAGE: Final = "mlflow.chat.tokenUsage"
_COST: Final = "mlflow.llm.cost"
_TOKENS: Final = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
}


SIGNS: Final = Signs(families=frozenset({"mlflow"}))


def kind(source: Source) -> str | None:
    """Return the kind that the type names; a type that MLflow left open says nothing."""
    type_ = _value(source, _TYPE)
    return KINDS.get(type_.upper()) if isinstance(type_, str) else None


def read(span: Span, source: Source) -> None:
    """Fill in what `mlflow.*` attributes say."""
    source.take(_TYPE)
    span.session = span.session or _take_text(source, "mlflow.trace.session")
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        _read_tool(span, source)
    else:
        span.input = span.input or _take_text(source, _INPUTS)
        if span.kind == "agent" and span.output is None and _OUTPUTS in source:
            span.output = read_answer(source.take(_OUTPUTS))
        span.output = span.output or _take_text(source, _OUTPUTS)


def _read_llm(span: Span, source: Source) -> None:
    inputs, outputs = _value(source, _INPUTS), _value(source, _OUTPUTS)
    about = outputs if isinstance(outputs, dict) else {}
    asked = inputs if isinstance(inputs, dict) else {}
    span.request_model = (
        span.request_model
        or _take_text(source, "mlflow.llm.model")
        or some_text(asked.get("model"))
    )
    span.provider = span.provider or _take_text(source, "mlflow.llm.provider")
    span.response_model = span.response_model or some_text(about.get("model"))
    span.response_id = span.response_id or some_text(about.get("id"))
    _read_usage(span, source)
    put_provider_usage(span, about.get("usage"))
    put_tools(span, source.take("mlflow.chat.tools"))
    put_tools(span, asked.get("tools"))
    _put_messages(span, source, asked or inputs, outputs)


def _put_messages(span: Span, source: Source, inputs: Any, outputs: Any) -> None:
    given = read_messages(outputs)
    if isinstance(outputs, str) and given is None:
        given = [Message("assistant", (TextPart(outputs),))] if outputs else []
    for name, value in ((_INPUTS, inputs), (_OUTPUTS, outputs)):
        if isinstance(value, str) and source.is_cut(source.peek(name)):
            put_note(span, "truncated")
            given = None if name == _OUTPUTS else given
    if span.input is None and inputs:
        put_input(span, _told(inputs))
        source.take(_INPUTS)
    if span.emitted is None and given is not None:
        put_output(span, given)
        source.take(_OUTPUTS)


def _told(inputs: Any) -> list[Message]:
    """Return what the model was told: Anthropic and Responses keep instructions apart."""
    if isinstance(inputs, str):
        return [Message("user", (TextPart(inputs),))]
    apart = inputs.get("system") or inputs.get("instructions") if isinstance(inputs, dict) else None
    messages = read_messages(inputs)
    if messages is None and isinstance(inputs, dict):
        texts = (inputs.get(key) for key in ("prompt", "input"))
        messages = [Message("user", (TextPart(text),)) for text in texts if isinstance(text, str)]
    return [*(read_instructions(apart) if apart else []), *(messages or [])]


def _read_usage(span: Span, source: Source) -> None:
    usage = parse(source.peek(_USAGE))
    usage = usage if isinstance(usage, dict) else {}
    if all(token_count(usage.get(name, 0)) is not None for name in _TOKENS.values()):
        source.take(_USAGE)
    for field, name in _TOKENS.items():
        if getattr(span, field) is None:
            setattr(span, field, token_count(usage.get(name)))
    cost = parse(source.peek(_COST))
    if isinstance(cost, dict) and span.cost_usd is None:
        source.take(_COST)
        span.cost_usd = finite_number(cost.get("total_cost"))


def _read_tool(span: Span, source: Source) -> None:
    span.call_id = span.call_id or _take_text(source, "tool_call_id")
    source.fill_arguments(span, _INPUTS)
    if _OUTPUTS in source and span.output is None:
        outputs = _value(source, _OUTPUTS)
        put_outcome(span, outputs if isinstance(outputs, str) else source.peek(_OUTPUTS))
        source.take(_OUTPUTS)


def _value(source: Source, name: str) -> Any:
    """Return the value in an attribute: decoded, or as it is where it is no JSON."""
    raw = source.peek(name)
    document = parse(raw)
    return raw if document is None else document


def _take_text(source: Source, name: str) -> str | None:
    """Take an attribute as text: a string decoded, anything else as its JSON."""
    value = _value(source, name)
    raw = source.take(name)
    return some_text(value) or some_text(raw)
