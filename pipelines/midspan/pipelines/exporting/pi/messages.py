"""Messages of a pi session: what an answer of the model and a result of a tool look like there."""

from typing import Any, Final

import msgspec

from midspan.pipelines.exporting.pi.order import Answer
from midspan.scorers.run_view import Call, Row

Entry = dict[str, Any]

OURS: Final = "midspan"
"""What a message holds beyond pi's own fields stands in its `details` under this name."""

_STOPPED: Final = {"stop": "stop", "tool_calls": "toolUse", "length": "length"}
_MILLISECOND: Final = 1_000_000


def user(text: str, time_ns: int) -> Entry:
    """Return what a user said."""
    return {"role": "user", "content": [_text(text)], "timestamp": time_ns // _MILLISECOND}


def assistant(answer: Answer) -> Entry:
    """Return what the model answered, or that the request failed."""
    span, words = answer.span, answer.words
    error = words.get("error_message") or span["error_type"] or "no message"
    named = {
        "provider": span["provider"],
        "model": span["request_model"] or span["response_model"],
        "responseModel": span["response_model"],
        "responseId": span["response_id"],
        "usage": _usage(span),
        "stopReason": _stop_reason(answer),
        "timestamp": span["start_ns"] // _MILLISECOND,
        "errorMessage": error if answer.failed else None,
    }
    known = {name: value for name, value in named.items() if value is not None}
    return {"role": "assistant", "content": _content(answer), **known}


def tool_result(call: Call, time_ns: int, *, shown: bool) -> Entry:
    """Return what a tool gave back, and what it was called with where no answer shows that."""
    failed = call.failed is True and call.fault != "hidden.error"
    text = call.row["error_message"] if failed and call.result is None else call.result
    message: Entry = {
        "role": "toolResult",
        "toolCallId": call_id(call),
        "toolName": call.name,
        "content": [] if text is None else [_text(text)],
        "isError": failed,
        "timestamp": time_ns // _MILLISECOND,
    }
    if not shown and call.row["raw_arguments"] is not None:
        message["details"] = {OURS: {"arguments": _arguments(call.row["raw_arguments"])}}
    return message


def call_id(call: Call) -> str:
    """Return the id of a call; one without any is named by its place in the run."""
    return call.row["call_id"] or f"call_{call.number}"


def _content(answer: Answer) -> list[Entry]:
    words, content = answer.words, []
    if words.get("reasoning"):
        content.append({"type": "thinking", "thinking": words["reasoning"]})
    if words.get("text"):
        content.append(_text(words["text"]))
    for position, emitted in enumerate(words.get("emitted") or ()):
        if answer.shows(emitted):
            call = answer.calls.get(position)
            named = call_id(call) if call is not None else emitted["id"] or f"call_{position}"
            content.append(_call(named, emitted["name"], emitted["raw_arguments"]))
    for call in answer.unseen:
        content.append(_call(call_id(call), call.name, call.row["raw_arguments"]))
    return content


def _call(id_: str, name: str, raw_arguments: str | None) -> Entry:
    return {"type": "toolCall", "id": id_, "name": name, "arguments": _arguments(raw_arguments)}


def _arguments(raw: str | None) -> Any:
    """Return the arguments as pi keeps them; what is no object stays the text that it was."""
    if raw is None:
        return {}
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return raw
    return value if isinstance(value, dict) else raw


def _usage(span: Row) -> Entry | None:
    """Return the tokens as pi counts them, as far as they were recorded: cached ones apart."""
    read, write = span["cache_read_tokens"], span["cache_write_tokens"]
    total, output = span["input_tokens"], span["output_tokens"]
    counted = {
        "input": None if total is None else max(0, total - (read or 0) - (write or 0)),
        "output": output,
        "cacheRead": read,
        "cacheWrite": write,
        "reasoning": span["reasoning_tokens"],
        "totalTokens": None if total is None or output is None else total + output,
    }
    known: Entry = {name: count for name, count in counted.items() if count is not None}
    if span["cost_usd"] is not None:
        known["cost"] = {"total": span["cost_usd"]}
    return known or None


def _stop_reason(answer: Answer) -> str:
    span = answer.span
    if answer.failed:
        return "error"
    if span["end_ns"] is None:
        return "aborted"
    called = any(answer.shows(each) for each in answer.words.get("emitted") or ())
    return _STOPPED.get(span["finish_reason"] or ("tool_calls" if called else "stop"), "stop")


def _text(text: str) -> Entry:
    return {"type": "text", "text": text}
