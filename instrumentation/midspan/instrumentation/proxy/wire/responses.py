"""OpenAI's responses API: items in place of messages."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from midspan.instrumentation.handlers import Usage
from midspan.instrumentation.proxy.wire.asked import (
    Asked,
    Json,
    ToolResult,
    call_word,
    items_of,
    parameters_of,
    said_word,
    text_of,
    texts_of,
    trailing,
)

CALLS: Final = {"function_call": "arguments", "custom_tool_call": "input"}
"""Items that are calls -> where their arguments stand."""

RESULTS: Final = frozenset({"function_call_output", "custom_tool_call_output"})
ENDS: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
REASONS: Final = {"max_output_tokens": "length", "content_filter": "content_filter"}


def asked(request: Mapping[str, Any]) -> Asked:
    """Return what a request asks."""
    given = request.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else items_of(given)
    instructions = text_of(request.get("instructions"))
    system = [{"role": "system", "content": instructions}] if instructions else []
    conversation = request.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    return Asked(
        model=text_of(request.get("model")),
        messages=[*system, *_messages(items)],
        tools=request.get("tools") or None,
        parameters=parameters_of(request),
        results=trailing([(_of_model(item), _results(item)) for item in items]),
        session=text_of(conversation) or None,
        follows=text_of(request.get("previous_response_id")) or None,
        turns=[word for item in items for word in _words(item)],
    )


def completion_of_reply(response: Mapping[str, Any]) -> Json:
    """Return a response in the form of a chat completion."""
    output = items_of(response.get("output"))
    calls = [_call(item) for item in output if item.get("type") in CALLS]
    message: Json = {
        "content": "".join(
            text for item in output if item.get("role") for text in texts_of(item.get("content"))
        ),
        "tool_calls": calls,
        "reasoning_content": "\n".join(
            text
            for item in output
            if item.get("type") == "reasoning"
            for text in texts_of(item.get("summary")) + texts_of(item.get("content"))
        ),
    }
    return {
        "id": response.get("id"),
        "model": response.get("model"),
        "error": response.get("error"),
        "usage": _usage(response.get("usage")),
        "choices": [{"message": message, "finish_reason": _reason(response, bool(calls))}],
    }


def completion_of(events: Iterable[Json]) -> Json:
    """Return the response that a stream makes up, in the form of a chat completion.

    The last event holds all of it; a stream that was cut off is put together from its pieces.
    """
    response: Json = {}
    items: dict[object, Json] = {}
    for event in events:
        kind, at = event.get("type"), event.get("output_index")
        if isinstance(event.get("response"), dict):
            response = event["response"]
            if kind in ENDS:
                return completion_of_reply(response)
        elif kind == "error":
            response["error"] = event.get("error") or event
        elif isinstance(event.get("item"), dict):
            items[at] = event["item"]
        elif kind == "response.output_text.delta":
            item = items.setdefault(at, {"role": "assistant"})
            item["content"] = "".join(texts_of(item.get("content"))) + text_of(event.get("delta"))
        elif kind == "response.function_call_arguments.delta":
            item = items.setdefault(at, {"type": "function_call"})
            item["arguments"] = text_of(item.get("arguments")) + text_of(event.get("delta"))
    return completion_of_reply(response | {"output": list(items.values())})


def _messages(items: Iterable[Json]) -> list[Json]:
    """Return items as chat messages; calls made together stand in one."""
    messages: list[Json] = []
    for item in items:
        kind = item.get("type")
        if kind in CALLS:
            if not messages or "tool_calls" not in messages[-1]:
                messages.append({"role": "assistant", "tool_calls": []})
            messages[-1]["tool_calls"].append(_call(item))
        elif kind in RESULTS:
            content = item.get("output")
            message = {"role": "tool", "content": content, "tool_call_id": item.get("call_id")}
            messages.append(message)
        elif item.get("role"):
            messages.append({"role": item["role"], "content": item.get("content")})
        elif kind != "reasoning":
            messages.append({"role": "assistant", "content": f"[{kind}]"})
    return messages


def _call(item: Json) -> Json:
    arguments = item.get(CALLS.get(text_of(item.get("type")), "arguments"))
    function = {"name": item.get("name"), "arguments": arguments}
    return {"id": item.get("call_id"), "function": function}


def _results(item: Json) -> list[ToolResult]:
    call_id = item.get("call_id")
    if item.get("type") not in RESULTS or not isinstance(call_id, str):
        return []
    output = item.get("output")
    return [
        ToolResult(
            call_id=call_id, result="\n".join(texts_of(output)) if items_of(output) else output
        )
    ]


def _of_model(item: Json) -> bool:
    return item.get("role") == "assistant" or item.get("type") in CALLS


def _words(item: Json) -> list[str]:
    if item.get("type") in CALLS:
        return [call_word(item.get("call_id"), item.get("name"))]
    return said_word(text_of(item.get("role")), "".join(texts_of(item.get("content"))))


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    given = usage.get("input_tokens_details") or {}
    made = usage.get("output_tokens_details") or {}
    return Usage(
        input=usage.get("input_tokens"),
        output=usage.get("output_tokens"),
        cached=given.get("cached_tokens"),
        reasoning=made.get("reasoning_tokens"),
    )


def _reason(response: Mapping[str, Any], called: bool) -> str | None:
    status = response.get("status")
    if status == "incomplete":
        details = response.get("incomplete_details") or {}
        return REASONS.get(text_of(details.get("reason")), "length")
    if status != "completed":
        return None
    return "tool_calls" if called else "stop"
