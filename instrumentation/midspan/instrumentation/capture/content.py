"""Which attributes hold content, in the words of every instrumentation, and what is left of it."""

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import to_json

MESSAGES: Final = frozenset({conventions.INPUT_MESSAGES, conventions.OUTPUT_MESSAGES})
_CONTENT: Final = (
    *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.tool.message"),
    *("gen_ai.tool.args", "gen_ai.tool.input", "gen_ai.tool.result", "gen_ai.tool.output"),
    *("gen_ai.prompt", "gen_ai.completion", "gen_ai.content", "gen_ai.event.content"),
    *("gen_ai.retrieval", "gen_ai.evaluation.explanation", "gen_ai.agent.input", "gen_ai.input"),
    *("input.value", "output.value", "llm.input_messages", "llm.output_messages"),
    *("llm.prompts", "llm.completions", "llm.choices", "llm.prompt_template", "llm.function_call"),
    *("llm.request.messages", "llm.response.content", "tool.parameters", "tool_call.function"),
    *("retrieval.documents", "reranker.", "embedding.text", "embedding.embeddings", "document."),
    *("traceloop.entity.input", "traceloop.entity.output", "mlflow.spanInputs"),
    *("mlflow.spanOutputs", "mlflow.chat.messages", "ai.prompt", "ai.response.text"),
    *("ai.response.object", "ai.response.toolCalls", "ai.response.reasoning", "ai.toolCall.args"),
    *("ai.toolCall.result", "ai.result", "ai.value", "ai.schema", "langfuse.observation.input"),
    *("langfuse.observation.output", "langfuse.trace.input", "langfuse.trace.output"),
    *("langsmith.span.inputs", "langsmith.span.outputs", "request_data", "response_data"),
    *("all_messages_events", "pydantic_ai.all_messages", "final_result", "tool_arguments"),
    *("tool_response", "events", "prompt", "completion", "system_prompt", "user_prompt"),
    *("haystack.component.input", "haystack.component.output", "haystack.pipeline.input_data"),
    *("haystack.pipeline.output_data", "gcp.vertex.agent.llm_request", "crew_tasks"),
    *("gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_call_args", "crewai.task"),
    *("gcp.vertex.agent.tool_response", "gcp.vertex.agent.data", "smolagents.task", "db.query"),
)
_TELLING: Final = (".role", ".name", ".id", ".finish_reason", ".type", ".tool_call_id")
"""Ends of flattened names that hold no word of what was said."""
_OF_EVENTS: Final = frozenset(
    {"content", "body", "event_body", "message", "tool_calls", "arguments"}
)


@functools.lru_cache(maxsize=4096)
def is_content(name: str) -> bool:
    """Return whether an attribute of this name holds what was said, asked for or given back."""
    return name.startswith(_CONTENT)


def is_content_of_event(event: str, name: str) -> bool:
    """Return whether an attribute of an event holds content."""
    return is_content(name) or (event.startswith("gen_ai.") and name in _OF_EVENTS)


def outline(name: str, value: object) -> object:
    """Return what `metadata` keeps of an attribute with content; None is nothing.

    >>> outline("gen_ai.output.messages", '[{"role":"assistant","parts":[{"type":"text"}]}]')
    '[{"role":"assistant","parts":[{"type":"text"}]}]'
    """
    if name in MESSAGES and isinstance(value, str):
        return _outline_of_messages(value)
    return value if name.endswith(_TELLING) else None


def _outline_of_messages(text: str) -> str | None:
    try:
        messages = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(messages, list):
        return None
    return to_json([_outlined(one) for one in messages if isinstance(one, Mapping)])


def _outlined(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: message[key] for key in ("role", "finish_reason") if key in message}
    parts = message.get("parts")
    if isinstance(parts, list):
        told = [part for part in parts if isinstance(part, Mapping)]
        kept["parts"] = [{k: p[k] for k in ("type", "id", "name") if k in p} for p in told]
    return kept
