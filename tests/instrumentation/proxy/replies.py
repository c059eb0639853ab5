"""Replies of each API, whole and streamed, that say and call the same."""

import json
from typing import Any

from tests.instrumentation.proxy.upstream import (
    LAST,
    STREAM_HEAD,
    Pieces,
    chunk,
    streamed,
    whole,
)

Json = dict[str, Any]
RAW = '{"id": 1042,  "in":"EUR"}'
"""Arguments as no encoder writes them."""


def data(document: Json) -> bytes:
    return json.dumps(document).encode()


def completion(text: str | None = "Hello.", *calls: tuple[str, str, str], id: str = "r-1") -> bytes:
    """A chat completion; calls as (id, name, arguments)."""
    message: Json = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {"id": call, "type": "function", "function": {"name": name, "arguments": arguments}}
            for call, name, arguments in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 3}
    return whole(data({"id": id, "model": "m-1b", "choices": [choice], "usage": usage}))


CHUNK: Json = {"id": "r-1", "object": "chat.completion.chunk", "created": 1, "model": "m-1b"}


def delta(given: Json, reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": given, "finish_reason": reason}
    return data({**CHUNK, "choices": [choice], **more})


def chat_body() -> Pieces:
    call = {"id": "c-1", "type": "function", "function": {"name": "look", "arguments": RAW}}
    message = {"role": "assistant", "content": "Let me look.", "tool_calls": [call]}
    message |= {"reasoning_content": "Hm."}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    document = {"id": "r-1", "model": "m-1b", "choices": [choice], "usage": CHAT_USAGE}
    return [whole(data(document))]


CHAT_USAGE: Json = {
    "prompt_tokens": 90,
    "completion_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 64},
    "completion_tokens_details": {"reasoning_tokens": 3},
}


def chat_stream() -> Pieces:
    return streamed(
        delta({"role": "assistant", "content": ""}),
        delta({"reasoning_content": "H"}),
        delta({"reasoning_content": "m."}),
        delta({"content": "Let me"}),
        delta({"content": " look."}),
        delta(_piece(id="c-1", type="function", name="look", arguments="")),
        delta(_piece(arguments=RAW[:9])),
        delta(_piece(arguments=RAW[9:])),
        delta({}, "tool_calls"),
        data({**CHUNK, "choices": [], "usage": CHAT_USAGE}),
        b"[DONE]",
    )


def _piece(arguments: str, name: str | None = None, **call: str) -> Json:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {"tool_calls": [{"index": 0, **call, "function": function}]}


RESPONSE: Json = {
    "id": "r-1",
    "model": "m-1b",
    "status": "completed",
    "output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Let me look."}],
        },
        {"type": "function_call", "call_id": "c-1", "name": "look", "arguments": RAW},
    ],
    "usage": {
        "input_tokens": 90,
        "output_tokens": 12,
        "input_tokens_details": {"cached_tokens": 64},
        "output_tokens_details": {"reasoning_tokens": 3},
    },
}


def responses_body() -> Pieces:
    return [whole(data(RESPONSE))]


def responses_stream() -> Pieces:
    return streamed(
        data({"type": "response.created", "response": {"id": "r-1", "model": "m-1b"}}),
        data({"type": "response.output_text.delta", "output_index": 1, "delta": "Let me"}),
        data({"type": "response.completed", "response": RESPONSE}),
    )


def messages_body() -> Pieces:
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "c-1", "name": "look", "input": {"id": 1042, "in": "EUR"}},
    ]
    head = {"id": "r-1", "model": "m-1b", "type": "message", "role": "assistant"}
    head |= {"stop_reason": "tool_use"}
    return [whole(data({**head, "content": blocks, "usage": MESSAGES_USAGE}))]


MESSAGES_USAGE: Json = {
    "input_tokens": 20,
    "cache_read_input_tokens": 64,
    "cache_creation_input_tokens": 6,
    "output_tokens": 12,
}


def messages_stream() -> Pieces:
    usage = MESSAGES_USAGE | {"output_tokens": 1}
    head = {"id": "r-1", "model": "m-1b", "type": "message", "role": "assistant", "content": []}
    blocks: list[tuple[Json, list[Json]]] = [
        (
            {"type": "thinking", "thinking": "", "signature": ""},
            [{"type": "thinking_delta", "thinking": "Hm."}],
        ),
        (
            {"type": "text", "text": ""},
            [{"type": "text_delta", "text": "Let me"}, {"type": "text_delta", "text": " look."}],
        ),
        (
            {"type": "tool_use", "id": "c-1", "name": "look", "input": {}},
            [{"type": "input_json_delta", "partial_json": each} for each in (RAW[:9], RAW[9:])],
        ),
    ]
    events = [_event("message_start", message={**head, "usage": usage})]
    for index, (block, deltas) in enumerate(blocks):
        events.append(_event("content_block_start", index=index, content_block=block))
        events += [_event("content_block_delta", index=index, delta=each) for each in deltas]
        events.append(_event("content_block_stop", index=index))
    stop = {"stop_reason": "tool_use", "stop_sequence": None}
    events.append(_event("message_delta", delta=stop, usage={"output_tokens": 12}))
    return named_events(*events, _event("message_stop"))


def named_events(*events: bytes) -> Pieces:
    """A stream whose events have names, as Anthropic's have."""
    named = [b"event: %s\ndata: " % json.loads(e)["type"].encode() + e + b"\n\n" for e in events]
    return [STREAM_HEAD, *map(chunk, named), LAST]


def _event(kind: str, **more: Any) -> bytes:
    return data({"type": kind, **more})
