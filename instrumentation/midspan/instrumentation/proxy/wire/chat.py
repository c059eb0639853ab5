"""OpenAI's chat completions, which most servers and clients speak."""

from collections.abc import Iterable, Mapping
from typing import Any

from midspan.instrumentation.proxy.wire.asked import (
    Asked,
    Json,
    ToolResult,
    call_word,
    first_message,
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
    metadata = request.get("metadata")
    return Asked(
        model=text_of(request.get("model")),
        messages=messages,
        tools=request.get("tools") or None,
        parameters=parameters_of(request),
        results=trailing([(m.get("role") == MODEL, _results(m)) for m in messages]),
        session=text_of(metadata.get("session_id")) or None if isinstance(metadata, dict) else None,
        turns=[word for message in messages for word in _words(message)],
    )


def words_of_reply(completion: Mapping[str, Any]) -> list[str]:
    """Return the words for the first choice, as the next request will repeat it."""
    return _words({"role": MODEL, **first_message(completion)})


def completion_of(events: Iterable[Json]) -> Json:
    """Return the completion that a stream of chunks makes up; arguments joined from the deltas."""
    completion: Json = {}
    choices: dict[int, Json] = {}
    for chunk in events:
        if chunk.get("error"):
            completion["error"] = chunk["error"]
        for key in ("id", "model", "usage"):
            if chunk.get(key):
                completion[key] = chunk[key]
        for given in items_of(chunk.get("choices")):
            choice = choices.setdefault(_index(given), {"message": {"role": MODEL}})
            _add(choice["message"], given.get("delta"))
            if given.get("finish_reason"):
                choice["finish_reason"] = given["finish_reason"]
    return completion | {"choices": [choices[index] for index in sorted(choices)]}


def _add(message: Json, delta: object) -> None:
    if not isinstance(delta, dict):
        return
    for key in ("content", "refusal", "reasoning_content", "reasoning"):
        if isinstance(delta.get(key), str):
            message[key] = message.get(key, "") + delta[key]
    for given in items_of(delta.get("tool_calls")):
        _add_call(message.setdefault("tool_calls", []), given)
    function = delta.get("function_call")
    if isinstance(function, dict):
        _add_call(message.setdefault("tool_calls", []), {"index": 0, "function": function})


def _add_call(calls: list[Json], given: Json) -> None:
    """Add a piece of a call: to the one of its index, unless a new id begins another there."""
    index = given.get("index", len(calls) if given.get("id") else max(0, len(calls) - 1))
    call = next((each for each in reversed(calls) if each["index"] == index), None)
    id_ = given.get("id")
    if call is None or (id_ and call["id"] and id_ != call["id"]):
        call = {"index": index, "id": None, "function": {"name": "", "arguments": ""}}
        calls.append(call)
    call["id"] = call["id"] or id_
    function = given.get("function")
    if isinstance(function, dict):
        for key in ("name", "arguments"):
            call["function"][key] += text_of(function.get(key))


def _index(choice: Json) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _results(message: Json) -> list[ToolResult]:
    call_id = message.get("tool_call_id")
    if message.get("role") != "tool" or not isinstance(call_id, str):
        return []
    content = message.get("content")
    result = content if isinstance(content, str) else "\n".join(texts_of(content))
    return [ToolResult(call_id=call_id, result=result)]


def _words(message: Json) -> list[str]:
    role = text_of(message.get("role"))
    calls = [
        call_word(call.get("id"), (call.get("function") or {}).get("name"))
        for call in items_of(message.get("tool_calls"))
    ]
    return said_word(role, "".join(texts_of(message.get("content")))) + calls
