"""Logfire's own instrumentation of provider SDKs: requests and responses kept whole."""

from typing import Any, Final

from midspan.pipelines.ingest.content import parse, read_instructions, read_messages
from midspan.pipelines.ingest.content.document import as_fields
from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.normalise.signs import Signs
from midspan.pipelines.ingest.normalise.source import Source, put_input, put_output
from midspan.pipelines.ingest.normalise.tool_definitions import put_tools
from midspan.pipelines.ingest.span import Span

NAME: Final = "logfire"

REQUEST: Final = "request_data"
RESPONSE: Final = "response_data"
RAW_USAGE: Final = "gen_ai.usage.raw"


SIGNS: Final = Signs(families=frozenset({REQUEST, RESPONSE}), names=frozenset({RAW_USAGE}))


def kind(source: Source) -> str | None:
    """Return llm for a span that holds both a request with messages and its response."""
    request = parse(source.peek(REQUEST)) if RESPONSE in source else None
    return "llm" if isinstance(request, dict) and "messages" in request else None


def read(span: Span, source: Source) -> None:
    """Fill in what request, response and usage say."""
    if span.kind != "llm":
        return
    request = as_fields(parse(source.peek(REQUEST)))
    response = as_fields(parse(source.peek(RESPONSE)))
    if isinstance(request.get("model"), str):
        span.request_model = span.request_model or request["model"]
    if isinstance(request.get("tools"), list) and "gen_ai.tool.definitions" not in source:
        put_tools(span, request["tools"])
    if "gen_ai.input.messages" not in source:
        messages = read_messages(request.get("messages") or request.get("input"))
        put_input(span, [*read_instructions(request.get("system")), *(messages or [])])
    if "gen_ai.output.messages" not in source:
        put_output(span, _answer(response))
    usage = parse(source.peek(RAW_USAGE))
    put_provider_usage(span, usage)
    put_provider_usage(span, response.get("usage"))


def _answer(response: dict[str, Any]) -> Any:
    """Return the model's message, or what a stream of it was put together to."""
    message = response.get("message")
    if isinstance(message, dict):
        return read_messages([{"role": "assistant", **message}])
    text = response.get("combined_chunk_content")
    if isinstance(text, str):
        return read_messages([{"role": "assistant", "content": text}])
    return None
