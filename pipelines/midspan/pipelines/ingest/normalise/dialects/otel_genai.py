"""OTel GenAI: `gen_ai.*` attributes, today's spelling and every older one of attributes."""

from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.proxy import attributes as proxy
from midspan.pipelines.ingest.content import (
    canonical_messages,
    parse,
    read_instructions,
    read_messages,
)
from midspan.pipelines.ingest.content.document import as_text
from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.message_events import put_answer, put_execution_messages
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

NAME: Final = "otel-genai"

KIND_OF_OPERATION: Final = {
    "chat": "llm",
    "text_completion": "llm",
    "completion": "llm",
    "generate_content": "llm",
    "llm_call": "llm",
    "execute_tool": "tool",
    "tool_call": "tool",
    "invoke_agent": "agent",
    "agent_call": "agent",
    "create_agent": "agent",
    "retrieval": "retriever",
    "search_memory": "retriever",
    "embeddings": "other",
}
CHAINS: Final = frozenset(
    {
        "invoke_workflow",
        "plan",
        "chain",
        "execute_task",
        "agent_step",
        "execute_event_loop_cycle",
        "invoke_swarm",
        "invoke_graph",
        "await_human_input",
        "schedule_tool_calls",
        "compact_events",
    }
)
"""Operations that hold others, or are none: no call of a model and no call of a tool."""

COST: Final = "gen_ai.usage.cost"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"

_ABOUT: Final = Fields(
    text={
        "agent": (conventions.AGENT_NAME,),
        "provider": (conventions.PROVIDER_NAME, "gen_ai.system"),
        "request_model": (conventions.REQUEST_MODEL,),
        "response_model": (conventions.RESPONSE_MODEL,),
    }
)
_USAGE: Final = Fields(
    tokens={
        "input_tokens": (conventions.INPUT_TOKENS, "gen_ai.usage.prompt_tokens"),
        "output_tokens": (conventions.OUTPUT_TOKENS, "gen_ai.usage.completion_tokens"),
        "cache_read_tokens": (
            conventions.CACHE_READ_TOKENS,
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
        ),
        "cache_write_tokens": (
            conventions.CACHE_WRITE_TOKENS,
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
        ),
        "reasoning_tokens": (
            conventions.REASONING_TOKENS,
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.thinking_tokens",
            "gen_ai.usage.details.reasoning_tokens",
        ),
    }
)
_SUMS: Final = Fields(
    tokens={
        "input_tokens": ("gen_ai.aggregated_usage.input_tokens",),
        "output_tokens": ("gen_ai.aggregated_usage.output_tokens",),
        "cache_read_tokens": ("gen_ai.aggregated_usage.cache_read.input_tokens",),
        "cache_write_tokens": ("gen_ai.aggregated_usage.cache_creation.input_tokens",),
        "reasoning_tokens": ("gen_ai.aggregated_usage.details.reasoning_tokens",),
    }
)
_REPLY: Final = Fields(
    text={"response_id": (conventions.RESPONSE_ID,)},
    numbers={
        "ttft_seconds": (
            conventions.TIME_TO_FIRST_CHUNK,
            "gen_ai.client.operation.time_to_first_chunk",
            "gen_ai.server.time_to_first_token",
        )
    },
)
_TOOL: Final = Fields(
    text={"tool_name": (conventions.TOOL_NAME,), "call_id": (conventions.TOOL_CALL_ID,)}
)

SIGNS: Final = Signs(families=frozenset({"gen_ai"}))


def kind(source: Source) -> str | None:
    """Return the kind that the operation names."""
    operation = source.peek(conventions.OPERATION_NAME)
    if not isinstance(operation, str):
        return None
    return "chain" if operation in CHAINS else KIND_OF_OPERATION.get(operation)


def read(span: Span, source: Source) -> None:
    """Fill in what `gen_ai.*` attributes say."""
    if kind(source) is not None:
        source.take(conventions.OPERATION_NAME)
    span.outside = source.peek(proxy.OUTSIDE) is True
    _ABOUT.fill(span, source)
    read_usage(span, source)
    if span.kind == "llm":
        _read_llm(span, source)
    elif span.kind == "tool":
        _read_tool(span, source)
    elif span.kind == "agent":
        _read_agent(span, source)


def read_usage(span: Span, source: Source) -> None:
    """Fill in tokens; the total of the input holds the cached ones."""
    _USAGE.fill(span, source)


def _read_llm(span: Span, source: Source) -> None:
    _REPLY.fill(span, source)
    _read_cost(span, source)
    put_finish_reason(span, _reasons(source.take(conventions.FINISH_REASONS)))
    _read_tools(span, source)
    _read_input(span, source)
    _read_output(span, source)
    _read_proxy(span, source)


def _read_tools(span: Span, source: Source) -> None:
    definitions = source.peek(conventions.TOOL_DEFINITIONS)
    if isinstance(definitions, str) and not _is_whole(definitions):
        put_note(span, "truncated")
        return
    put_tools(span, definitions)
    if span.tools is not None:
        source.take(conventions.TOOL_DEFINITIONS)


def _read_input(span: Span, source: Source) -> None:
    """Keep the messages as they are where they are in our form: they are long."""
    messages = source.peek(conventions.INPUT_MESSAGES)
    if span.input is not None or messages is None:
        if span.input is None:
            put_input(span, read_instructions(source.take(SYSTEM_INSTRUCTIONS)))
        return
    text = as_text(messages) or ""
    if not _is_whole(text):
        put_note(span, "truncated")
    elif '"parts"' in text:
        span.input = as_text(source.take(conventions.INPUT_MESSAGES))
    else:
        put_input(span, read_messages(messages))
        if span.input is not None:
            source.take(conventions.INPUT_MESSAGES)


def _is_whole(text: str) -> bool:
    """Return whether JSON text ends as it began; one that was cut off hardly ever does."""
    return text[:1] not in ("[", "{") or text.rstrip()[-1:] in ("]", "}")


def _read_output(span: Span, source: Source) -> None:
    output = source.peek(conventions.OUTPUT_MESSAGES)
    messages = read_messages(output)
    if messages is not None:
        text = as_text(source.take(conventions.OUTPUT_MESSAGES)) or ""
        span.output = text if '"parts"' in text else canonical_messages(messages)
        put_output(span, messages)
    elif isinstance(output, str):
        put_note(span, "truncated")


def _read_proxy(span: Span, source: Source) -> None:
    """Read what our recording proxy knows beside the messages.

    Arguments to the letter, and whether the client got calls in the text as native ones.
    """
    if source.take(proxy.TRANSLATED) is True:
        put_note(span, "translated")
    raw = source.peek(proxy.RAW_ARGUMENTS)
    if isinstance(raw, list) and span.emitted and len(raw) == len(span.emitted):
        for call, text in zip(span.emitted, source.take(proxy.RAW_ARGUMENTS), strict=True):
            call.raw_arguments = text if isinstance(text, str) else call.raw_arguments


def _read_agent(span: Span, source: Source) -> None:
    """Read what an agent's span sums up and gives back; its messages may be a whole transcript."""
    put_tools(span, source.peek(conventions.TOOL_DEFINITIONS))
    _SUMS.fill(span, source)
    put_answer(span, read_messages(source.peek(conventions.OUTPUT_MESSAGES)))
    if span.input is None:
        span.input = as_text(source.take(conventions.INPUT_MESSAGES))


def _read_tool(span: Span, source: Source) -> None:
    _TOOL.fill(span, source)
    source.fill_arguments(
        span, conventions.TOOL_CALL_ARGUMENTS, "gen_ai.tool.args", "gen_ai.tool.input"
    )
    source.fill_outcome(
        span, conventions.TOOL_CALL_RESULT, "gen_ai.tool.result", "gen_ai.tool.output"
    )
    put_execution_messages(
        span, source.peek(conventions.INPUT_MESSAGES), source.peek(conventions.OUTPUT_MESSAGES)
    )


def _read_cost(span: Span, source: Source) -> None:
    cost = parse(source.peek(conventions.LLM_COST))
    if isinstance(cost, dict) and span.cost_usd is None:
        span.cost_usd = finite_number(cost.get("total_cost"))
    if source.peek(COST):  # nought stands for a model whose price is not known
        source.fill_number(span, "cost_usd", COST)


def _reasons(value: Any) -> Any:
    """Return finish reasons, which some producers write as JSON text of a list."""
    return parse(value) if isinstance(value, str) and value.startswith("[") else value
