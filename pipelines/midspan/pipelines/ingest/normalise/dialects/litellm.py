"""LiteLLM's own OTel callback: OTel GenAI, with the calls of a reply beside its messages."""

from typing import Any, Final

import msgspec

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import CallPart, Message, read_messages
from midspan.pipelines.ingest.normalise.indexed import take_indexed
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import Source, put_output
from midspan.pipelines.ingest.span import Span

NAME: Final = "litellm"

RAW_REQUEST: Final = "raw_gen_ai_request"
USAGE: Final = "metadata.usage_object"
FIRST_CALL: Final = "gen_ai.completion.0.function_call.name"
COST: Final = ("gen_ai.cost.total_cost", "llm.cost.total_cost")


def claims(source: Source) -> bool:
    """Return whether the span is one of LiteLLM's."""
    return (
        source.has_family("litellm")
        or source.name == RAW_REQUEST
        or USAGE in source
        or (FIRST_CALL in source and "gen_ai.completion.0.role" not in source)
    )


SIGNS: Final = Signs(
    families=frozenset({"litellm"}),
    names=frozenset({USAGE, FIRST_CALL}),
    spans=(RAW_REQUEST,),
    check=claims,
)


def kind(source: Source) -> str | None:
    """Return other for the request as it went over the wire: the span around it is the call."""
    return "other" if source.name == RAW_REQUEST else None


def read(span: Span, source: Source) -> None:
    """Fill in the calls of the reply, and the tokens that only the usage object holds."""
    if span.kind != "llm":
        return
    items = take_indexed(source, "gen_ai.completion")
    output = read_messages(source.peek(conventions.OUTPUT_MESSAGES)) or _spoken(items)
    put_output(span, _with_calls(output, items))
    if span.emitted is not None:
        source.take(conventions.OUTPUT_MESSAGES)
    source.fill_number(span, "cost_usd", *COST)
    put_provider_usage(span, source.peek(USAGE))


def _spoken(items: list[dict[str, Any]]) -> list[Message]:
    """Return what older versions write under the same counting names: the reply's text."""
    spoken = [{**item, "function_call": None} for item in items if "role" in item]
    return read_messages(spoken) or []


def _with_calls(messages: list[Message], items: list[dict[str, Any]]) -> list[Message] | None:
    """Return the reply with its calls: each counted attribute is one call, not one choice."""
    if any(True for message in messages for _ in message.calls()):
        return messages
    functions = [item["function_call"] for item in items if "function_call" in item]
    calls = [
        CallPart(str(function.get("name") or ""), function.get("arguments"))
        for function in functions
        if isinstance(function, dict)
    ]
    if not calls:
        return messages or None
    if not messages:
        return [Message("assistant", tuple(calls), "tool_calls")]
    *before, last = messages
    return [*before, msgspec.structs.replace(last, parts=(*last.parts, *calls))]
