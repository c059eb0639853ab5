"""Anthropic's messages API: blocks in place of calls and results."""

from collections.abc import Iterable, Mapping
from typing import Any

from midspan.instrumentation.encoding import to_json
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

MODEL = "assistant"


def asked(request: Mapping[str, Any]) -> Asked:
    """Return what a request asks."""
    messages = items_of(request.get("messages"))
    instructions = "\n".join(texts_of(request.get("system")))
    system = [{"role": "system", "content": instructions}] if instructions else []
    return Asked(
        model=text_of(request.get("model")),
        messages=[*system, *map(_message, messages)],
        tools=request.get("tools") or None,
        parameters=parameters_of(request),
        results=trailing([(m.get("role") == MODEL, _results(m)) for m in messages]),
        session=_session(request.get("metadata")),
        turns=[word for message in messages for word in _words(message)],
    )


def completion_of_reply(reply: Mapping[str, Any]) -> Json:
    """Return a message in the form of a chat completion."""
    if reply.get("type") == "error" or "error" in reply:
        return {"error": reply.get("error"), "choices": []}
    blocks = items_of(reply.get("content"))
    message = {
        "content": "".join(text_of(b.get("text")) for b in blocks if b.get("type") == "text"),
        "reasoning_content": "\n".join(
            text_of(b.get("thinking")) for b in blocks if b.get("type") == "thinking"
        ),
        "tool_calls": [_call(block) for block in blocks if block.get("type") == "tool_use"],
    }
    return {
        "id": reply.get("id"),
        "model": reply.get("model"),
        "usage": _usage(reply.get("usage")),
        "choices": [{"message": message, "finish_reason": reply.get("stop_reason")}],
    }


def completion_of(events: Iterable[Json]) -> Json:
    """Return the message that a stream makes up; arguments joined from their pieces."""
    reply: Json = {}
    blocks: dict[object, Json] = {}
    for event in events:
        kind, delta = event.get("type"), event.get("delta")
        if kind == "error":
            reply["error"] = event.get("error")
        elif kind == "message_start" and isinstance(event.get("message"), dict):
            reply = dict(event["message"])
        elif kind == "content_block_start" and isinstance(event.get("content_block"), dict):
            blocks[event.get("index")] = dict(event["content_block"])
        elif kind == "content_block_delta" and isinstance(delta, dict):
            _add(blocks.setdefault(event.get("index"), {}), delta)
        elif kind == "message_delta":
            if isinstance(delta, dict):
                reply["stop_reason"] = delta.get("stop_reason") or reply.get("stop_reason")
            if isinstance(event.get("usage"), dict):
                reply["usage"] = {**(reply.get("usage") or {}), **event["usage"]}
    return completion_of_reply(reply | {"content": list(blocks.values())})


def _add(block: Json, delta: Json) -> None:
    for key in ("text", "thinking"):
        if isinstance(delta.get(key), str):
            block[key] = text_of(block.get(key)) + delta[key]
    if isinstance(delta.get("partial_json"), str):
        block["raw"] = block.get("raw", "") + delta["partial_json"]


def _call(block: Json) -> Json:
    """Return a call; a stream has its arguments as the model wrote them, a body only parsed."""
    arguments = block.get("raw") or to_json(block.get("input") or {})
    return {"id": block.get("id"), "function": {"name": block.get("name"), "arguments": arguments}}


def _message(message: Json) -> Json:
    content = message.get("content")
    if isinstance(content, str):
        return message
    parts = [part for block in items_of(content) for part in _parts(block)]
    return {"role": message.get("role"), "parts": parts}


def _parts(block: Json) -> list[Json]:
    kind = block.get("type")
    if kind == "text":
        return [{"type": "text", "content": text_of(block.get("text"))}]
    if kind == "tool_use":
        call = {"id": block.get("id"), "name": block.get("name"), "arguments": block.get("input")}
        return [{"type": "tool_call", **call}]
    if kind == "tool_result":
        result = {"id": block.get("tool_use_id"), "response": _result(block)}
        return [{"type": "tool_call_response", **result}]
    if kind in ("thinking", "redacted_thinking"):
        return []
    return [{"type": "text", "content": f"[{kind}]"}]


def _result(block: Json) -> str:
    content = block.get("content")
    pieces = [f"[{i.get('type')}]" if "text" not in i else i["text"] for i in items_of(content)]
    return content if isinstance(content, str) else "\n".join(map(text_of, pieces))


def _results(message: Json) -> list[ToolResult]:
    return [
        ToolResult(
            call_id=block["tool_use_id"],
            result=_result(block),
            failed=block.get("is_error") is True,
        )
        for block in items_of(message.get("content"))
        if block.get("type") == "tool_result" and isinstance(block.get("tool_use_id"), str)
    ]


def _words(message: Json) -> list[str]:
    role, content = text_of(message.get("role")), message.get("content")
    calls = [
        call_word(block.get("id"), block.get("name"))
        for block in items_of(content)
        if block.get("type") == "tool_use"
    ]
    return said_word(role, "".join(texts_of(content))) + calls


def _session(metadata: object) -> str | None:
    """Return the session in the metadata; Claude Code writes it behind the user's id."""
    user = text_of(metadata.get("user_id")) if isinstance(metadata, dict) else ""
    _, marked, session = user.rpartition("_session_")
    return session if marked else None


def _usage(usage: object) -> Usage | None:
    """Return the usage; Anthropic counts cached tokens beside those of the input."""
    if not isinstance(usage, dict):
        return None
    read = usage.get("cache_read_input_tokens")
    written = usage.get("cache_creation_input_tokens")
    fresh = usage.get("input_tokens")
    counted = [each for each in (fresh, read, written) if isinstance(each, int)]
    return Usage(
        input=sum(counted) if isinstance(fresh, int) else None,
        output=usage.get("output_tokens"),
        cached=read,
        cache_write=written,
    )
