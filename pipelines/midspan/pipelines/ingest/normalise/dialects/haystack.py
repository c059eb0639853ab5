"""Haystack's own spans: told by their names, since without content they have no attributes."""

from typing import Any, Final

from midspan.pipelines.ingest.content import parse, read_messages
from midspan.pipelines.ingest.content.answers import read_answer
from midspan.pipelines.ingest.content.document import as_fields, as_text, some_text
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

NAME: Final = "haystack"

KINDS: Final = {
    "haystack.agent.run": "agent",
    "haystack.agent.step": "chain",
    "haystack.agent.step.llm": "llm",
    "haystack.agent.step.tool": "tool",
    "haystack.pipeline.run": "chain",
    "haystack.async_pipeline.run": "chain",
}
_COMPONENT: Final = "haystack.component.run"
_COMPONENT_TYPE: Final = "haystack.component.type"
_COMPONENT_KINDS: Final = {"Generator": "llm", "Retriever": "retriever"}
_PLACES: Final = {
    "haystack.agent.run": "haystack.agent",
    "haystack.agent.step.llm": "haystack.agent.step.llm",
    "haystack.agent.step.tool": "haystack.agent.step.tool",
    "haystack.pipeline.run": "haystack.pipeline",
    "haystack.async_pipeline.run": "haystack.pipeline",
    _COMPONENT: "haystack.component",
}
"""Span name -> where its input and output stand: the attributes of that beginning."""


def claims(source: Source) -> bool:
    """Return whether the span is Haystack's."""
    return source.name in KINDS or source.name == _COMPONENT or source.has_family("haystack")


SIGNS: Final = Signs(families=frozenset({"haystack"}), spans=("haystack.",), check=claims)


def kind(source: Source) -> str | None:
    """Return the kind that the name tells, and of a component its type."""
    type_ = source.peek(_COMPONENT_TYPE)
    if source.name == _COMPONENT and isinstance(type_, str):
        endings = (name for name in _COMPONENT_KINDS if type_.endswith(name))
        return next((_COMPONENT_KINDS[name] for name in endings), "chain")
    return KINDS.get(source.name)


def read(span: Span, source: Source) -> None:
    """Fill in what `haystack.*` attributes say."""
    place = _PLACES.get(source.name, "haystack")
    given, made = f"{place}.input", f"{place}.output"
    if span.kind == "llm":
        _read_llm(span, source, given, made)
    elif span.kind == "tool":
        _read_tool(span, source, given, made)
    elif span.kind == "agent":
        put_tools(span, _definitions(parse(source.take("haystack.agent.tools"))))
        source.fill_text(span, "input", given)
        if span.output is None and made in source:
            span.output = read_answer(source.take(made))
    else:
        source.fill_text(span, "input", given, f"{place}.input_data")
        source.fill_text(span, "output", made, f"{place}.output_data")


def _read_llm(span: Span, source: Source, given: str, made: str) -> None:
    inputs, outputs = as_fields(parse(source.peek(given))), as_fields(parse(source.peek(made)))
    for name, document in ((given, inputs), (made, outputs)):
        if not document and source.is_cut(source.peek(name)):
            put_note(span, "truncated")
    put_tools(span, _definitions(inputs.get("tools")))
    told = read_messages(inputs)
    if span.input is None and told:
        put_input(span, told)
        source.take(given)
    replies = outputs.get("replies")
    if not isinstance(replies, list):
        return
    about = as_fields(as_fields(replies[0] if replies else None).get("meta"))
    span.response_model = span.response_model or some_text(about.get("model"))
    span.response_id = span.response_id or some_text(about.get("id"))
    put_provider_usage(span, about.get("usage"))
    put_finish_reason(span, about.get("finish_reason"))
    if span.emitted is None:
        put_output(span, read_messages(replies))
        source.take(made)


def _read_tool(span: Span, source: Source, given: str, made: str) -> None:
    source.fill_text(span, "tool_name", "haystack.tool.name")
    source.fill_arguments(span, given)
    if source.take("haystack.tool.error") is True:
        told = as_fields(parse(source.peek(made))).get("error")
        put_error(span, message=source.take(made) if told is None else as_text(told))
        source.take(made)
    source.fill_outcome(span, made)


def _definitions(tools: Any) -> list[Any] | None:
    """Return definitions of tools, which stand under `data`; a toolset holds several."""
    if not isinstance(tools, list):
        return None
    found: list[Any] = []
    for tool in tools:
        data = as_fields(as_fields(tool).get("data"))
        inner = _definitions(data.get("tools"))
        found += inner if inner is not None else [data or tool]
    return found
