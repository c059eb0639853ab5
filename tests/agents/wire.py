"""Responses in the forms of three APIs: chat completions, responses and messages."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.agents.script import Turn, Usage, turn_of, usage_of

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One request and what the model says to it."""

    request: Mapping[str, Any]
    said: int
    turn: Turn
    usage: Usage

    def call_id(self, place: int) -> str:
        return f"call_{self.said + 1}{'abc'[place]}"


def answered(request: Mapping[str, Any], said: int) -> Answered:
    """Return the model's response to a request after so many others."""
    names = [str((tool.get("function") or tool).get("name")) for tool in request.get("tools") or []]
    turn = turn_of(request["model"], said, tools=names)
    return Answered(request=request, said=said, turn=turn, usage=usage_of(said))


def chat_completion(given: Answered) -> Json:
    message: Json = {"role": "assistant", "content": given.turn.text or None}
    if given.turn.calls:
        message["tool_calls"] = _tool_calls(given)
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(given)}
    return _head(given, "chat.completion") | {"choices": [choice], "usage": _chat_usage(given)}


def chat_chunks(given: Answered) -> Iterator[Json]:
    """Yield the stream: the text and each call's arguments in two pieces, the end, the usage."""
    yield _chunk(given, {"role": "assistant", "content": ""})
    for piece in _halves(given.turn.text):
        yield _chunk(given, {"content": piece})
    for index, call in enumerate(_tool_calls(given) if given.turn.calls else []):
        function = call["function"]
        begun = call | {"index": index, "function": function | {"arguments": ""}}
        yield _chunk(given, {"tool_calls": [begun]})
        for piece in _halves(function["arguments"]):
            part = {"index": index, "function": {"arguments": piece}}
            yield _chunk(given, {"tool_calls": [part]})
    yield _chunk(given, {}, _finish_reason(given))
    yield _head(given, "chat.completion.chunk") | {"choices": [], "usage": _chat_usage(given)}


def response(given: Answered) -> Json:
    output: list[Json] = []
    if given.turn.text:
        text = {"type": "output_text", "text": given.turn.text, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": f"msg_{given.said}", "role": "assistant"}
        output.append(message | {"status": "completed", "content": [text]})
    for place, call in enumerate(given.turn.calls):
        named = {"name": call.name, "arguments": call.arguments, "status": "completed"}
        call_id = given.call_id(place)
        output.append({"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, **named})
    usage = given.usage
    return {
        "id": f"resp_{given.said}",
        "object": "response",
        "created_at": 1_800_000_000,
        "status": "completed",
        "model": given.request["model"],
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": given.request.get("tools") or [],
        "usage": {
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": usage.input + usage.output,
        },
    }


def message(given: Answered) -> Json:
    """Return Anthropic's form, whose input tokens are those that were not cached."""
    content: list[Json] = [{"type": "text", "text": given.turn.text}] if given.turn.text else []
    content += [
        {"type": "tool_use", "id": given.call_id(place), "name": call.name, "input": call.parsed}
        for place, call in enumerate(given.turn.calls)
    ]
    usage = given.usage
    return {
        "id": f"msg_{given.said}",
        "type": "message",
        "role": "assistant",
        "model": given.request["model"],
        "content": content,
        "stop_reason": "tool_use" if given.turn.calls else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage.input - usage.cached,
            "cache_read_input_tokens": usage.cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": usage.output,
        },
    }


def _head(given: Answered, kind: str) -> Json:
    named = {"id": f"chatcmpl-{given.said}", "object": kind, "model": given.request["model"]}
    return named | {"created": 1_800_000_000}


def _chunk(given: Answered, delta: Json, finish_reason: str | None = None) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _head(given, "chat.completion.chunk") | {"choices": [choice]}


def _tool_calls(given: Answered) -> list[Json]:
    return [
        {
            "id": given.call_id(place),
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for place, call in enumerate(given.turn.calls)
    ]


def _finish_reason(given: Answered) -> str:
    return "tool_calls" if given.turn.calls else "stop"


def _chat_usage(given: Answered) -> Json:
    usage = given.usage
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _halves(text: str) -> tuple[str, ...]:
    middle = len(text) // 2
    return tuple(piece for piece in (text[:middle], text[middle:]) if piece)


def events(chunks: Iterator[Json]) -> Iterator[bytes]:
    """Yield chunks as server-sent events, with the last line of OpenAI's streams."""
    for chunk in chunks:
        yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"
