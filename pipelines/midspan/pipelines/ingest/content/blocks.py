"""Content blocks: the pieces of a message, in the spelling of each provider and framework."""

from typing import Any, Final

from midspan.pipelines.ingest.content.document import as_text, parse
from midspan.pipelines.ingest.content.message import (
    CallPart,
    OtherPart,
    Part,
    ReasoningPart,
    ResultPart,
    TextPart,
)

_TEXT_TYPES: Final = frozenset({"text", "input_text", "output_text", "summary_text", "refusal"})
_THOUGHT_TYPES: Final = frozenset({"reasoning", "thinking", "redacted_thinking", "thought"})
_CALL_TYPES: Final = frozenset(
    {
        "tool_call",
        "invalid_tool_call",
        "tool-call",
        "tool_use",
        "function",
        "function_call",
        "tool",
        "server_tool_use",
    }
)
_RESULT_TYPES: Final = frozenset(
    {"tool_call_response", "tool-result", "tool_result", "tool_return", "function_call_output"}
)

_ID_KEYS: Final = (
    "id",
    "call_id",
    "tool_call_id",
    "toolCallId",
    "tool_use_id",
    "toolUseId",
    "tool_id",
)
_RESULT_ID_KEYS: Final = (
    "tool_call_id",
    "toolCallId",
    "tool_use_id",
    "toolUseId",
    "call_id",
    "id",
)
_BLOCK_KEYS: Final = frozenset(
    {"type", "text", "toolUse", "toolResult", "reasoningContent", "image", "document", "cachePoint"}
)
_NAME_KEYS: Final = ("name", "toolName", "tool_name")
_ARGUMENT_KEYS: Final = ("arguments", "args", "input", "parameters", "arguments_json")
_RESULT_KEYS: Final = ("response", "result", "output", "content", "value")


def read_block(block: Any) -> Part:
    """Return a block as a part; one in no known form is kept as it came."""
    if isinstance(block, str):
        return TextPart(block)
    if not isinstance(block, dict):
        return OtherPart(block)
    wrapped = _wrapped(block)
    if wrapped is not None:
        return wrapped
    kind = _first_text(block, ("type", "part_kind"))
    if kind in _RESULT_TYPES:
        return _result(block)
    if kind in _CALL_TYPES:
        return _call(block)
    if kind in _THOUGHT_TYPES:
        return _thought(block)
    if kind in _TEXT_TYPES or kind is None:
        text = next((block[key] for key in ("text", "content") if key in block), None)
        if isinstance(text, str):
            return ReasoningPart(text) if block.get("thought") is True else TextPart(text)
    return OtherPart(block)


def decode_blocks(value: Any) -> Any:
    """Return the blocks, or the message, that JSON text holds; any other value as it is.

    Text that merely looks like JSON, as a tool's result often does, stays text.
    """
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    document = parse(value)
    if isinstance(document, dict) and document.keys() & {"role", "parts"}:
        return document
    if isinstance(document, list) and document and all(map(_is_block, document)):
        return document
    return value


def _is_block(item: Any) -> bool:
    return isinstance(item, dict) and not _BLOCK_KEYS.isdisjoint(item)


def _wrapped(block: dict[str, Any]) -> Part | None:
    """Return the part of a block whose key names its kind: Bedrock, Google, Haystack."""
    for key in ("toolUse", "functionCall", "function_call", "tool_call"):
        if isinstance(block.get(key), dict):
            return _call(block[key])
    for key in ("toolResult", "functionResponse", "function_response", "tool_call_result"):
        if isinstance(block.get(key), dict):
            return _result(block[key])
    for key in ("reasoningContent", "reasoning_content", "reasoning"):
        if isinstance(block.get(key), dict):
            return _thought(block[key].get("reasoningText") or block[key])
    return None


def _call(block: dict[str, Any]) -> CallPart:
    function = block.get("function")
    inner = function if isinstance(function, dict) else block
    return CallPart(
        _first_text(inner, _NAME_KEYS) or "",
        as_text(_first(inner, _ARGUMENT_KEYS)),
        _first_text(block, _ID_KEYS),
    )


def _result(block: dict[str, Any]) -> ResultPart:
    value = _first(block, _RESULT_KEYS)
    failed = (
        block.get("is_error") is True
        or block.get("isError") is True
        or block.get("error") is True
        or block.get("status") == "error"
    )
    origin = block.get("origin")
    source = origin if isinstance(origin, dict) else block
    if isinstance(value, dict) and set(value) <= {"type", "value"} and "value" in value:
        failed = failed or str(value.get("type", "")).startswith("error")
        value = value["value"]
    return ResultPart(
        _flat(value),
        _first_text(source, _RESULT_ID_KEYS),
        _first_text(source, _NAME_KEYS),
        failed,
    )


def _flat(value: Any) -> str | None:
    """Return text blocks joined, and anything else as JSON."""
    if isinstance(value, list) and value:
        texts = [
            each.get("text") if isinstance(each, dict) and "text" in each else None
            for each in value
        ]
        if all(isinstance(text, str) for text in texts):
            return "\n".join(str(text) for text in texts)
        if len(value) == 1 and isinstance(value[0], dict) and set(value[0]) == {"json"}:
            return as_text(value[0]["json"])
    return as_text(value)


def _thought(block: dict[str, Any]) -> Part:
    for key in ("content", "text", "thinking", "reasoning", "reasoning_text"):
        if isinstance(block.get(key), str):
            return ReasoningPart(block[key])
    return OtherPart(block)


def _first(block: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((block[key] for key in keys if block.get(key) is not None), None)


def _first_text(block: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    values = (block.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value), None)
