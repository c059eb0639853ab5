"""Recorded messages in the form that chat models are trained on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Message = dict[str, Any]


def recorded(told: str | None) -> list[Message] | None:
    """Return messages as they were recorded; None where a text is no list of them."""
    try:
        messages = json.loads(told or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(messages, list):
        return None
    return messages if all(isinstance(m, dict) and m.get("role") for m in messages) else None


def chat(messages: list[Message]) -> list[Message] | None:
    """Return messages as chat templates take them; None where a part of one has no place there.

    >>> chat([{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}])
    [{'role': 'user', 'content': 'Hello'}]
    """
    made: list[Message] = []
    for message in messages:
        parts = message.get("parts", message.get("content"))
        if isinstance(parts, str) or parts is None:
            made.append(_plain(message))
            continue
        if not isinstance(parts, list) or not all(map(_has_a_place, parts)):
            return None
        made += _of_parts(message["role"], parts)
    return made


def _plain(message: Message) -> Message:
    kept = ("role", "content", "tool_calls", "tool_call_id", "name", "reasoning_content")
    return {name: message[name] for name in kept if name in message}


def _has_a_place(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") in ("text", "reasoning"):
        return isinstance(_words(part), str)
    return part.get("type") in ("tool_call", "tool_call_response")


def _words(part: Mapping[str, Any]) -> Any:
    return part.get("content", part.get("text"))


def _of_parts(role: str, parts: list[Message]) -> Iterator[Message]:
    """Yield one message, or one for each tool's response."""
    by_type: dict[str, list[Message]] = {}
    for part in parts:
        by_type.setdefault(part["type"], []).append(part)
    for response in by_type.get("tool_call_response", ()):
        said = response.get("response", response.get("result"))
        yield {"role": "tool", "tool_call_id": response.get("id"), "content": _text(said)}
    said = [_words(part) for part in by_type.get("text", ())]
    calls = [_call(part) for part in by_type.get("tool_call", ())]
    thought = [_words(part) for part in by_type.get("reasoning", ())]
    if not (said or calls or thought) and "tool_call_response" in by_type:
        return
    message: Message = {"role": role, "content": "\n".join(said)}
    if thought:
        message["reasoning_content"] = "\n".join(thought)
    if calls:
        message["tool_calls"] = calls
    yield message


def _call(part: Message) -> Message:
    function = {"name": part.get("name"), "arguments": _text(part.get("arguments"))}
    return {"id": part.get("id"), "type": "function", "function": function}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
