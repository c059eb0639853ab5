"""Reads messages in the forms of every provider and framework, told apart by their keys.

Nothing here raises on content: what is in no known form is kept as it came.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from midspan.pipelines.ingest.content.blocks import read_block
from midspan.pipelines.ingest.content.canonical import read_canonical
from midspan.pipelines.ingest.content.document import as_text, parse, some_text
from midspan.pipelines.ingest.content.message import (
    CallPart,
    Message,
    OtherPart,
    Part,
    ReasoningPart,
    ResultPart,
    TextPart,
)

LANGCHAIN_ROLES: Final = {
    "ai": "assistant",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "human": "user",
    "HumanMessage": "user",
    "system": "system",
    "SystemMessage": "system",
    "tool": "tool",
    "ToolMessage": "tool",
}
_ITEM_TYPES: Final = frozenset(
    {"function_call", "function_call_output", "reasoning", "custom_tool_call", "message"}
)


def read_messages(value: Any) -> list[Message] | None:
    """Return the messages of a list, a request or a response, as JSON text or structured.

    None where the value cannot be read as messages, as when it was cut off.
    """
    written = read_canonical(value) if isinstance(value, str) else None
    if written is not None:
        return written
    document = parse(value)
    if isinstance(document, dict):
        return _of_document(document)
    if isinstance(document, list):
        if len(document) == 1 and isinstance(document[0], list):
            document = document[0]  # LangChain keeps a list of conversations
        return [message for item in document for message in _of_item(item)]
    return None


def read_instructions(value: Any) -> list[Message]:
    """Return system instructions, parts or plain text, as one message, or none where empty."""
    parts = parse(value)
    if isinstance(parts, dict) and isinstance(parts.get("parts"), list):
        parts = parts["parts"]
    if isinstance(parts, list):
        return list(_of_item({"role": "system", "content": parts}))
    text = value if isinstance(value, str) else as_text(parts)
    return [Message("system", (TextPart(text),))] if text else []


def _of_document(document: dict[str, Any]) -> list[Message] | None:
    """Return the messages of a request or response of some provider, or of a single message."""
    choices = document.get("choices")
    if isinstance(choices, list):
        return [message for choice in choices for message in _of_choice(choice)]
    generations = document.get("generations")
    if isinstance(generations, list):
        inner = generations[0] if generations and isinstance(generations[0], list) else generations
        return [message for item in inner for message in _of_choice(item)]
    for key in ("messages", "input", "output", "contents"):
        if isinstance(document.get(key), list):
            return read_messages(document[key])
    if isinstance(document.get("message"), dict):
        return list(_of_choice(document))
    if document.keys() & {"role", "content", "parts", "kwargs", "tool_calls", "type"}:
        return list(_of_item(document))
    return None


def _of_choice(choice: Any) -> Iterator[Message]:
    if not isinstance(choice, dict):
        return
    reason = choice.get("finish_reason") or choice.get("stop_reason")
    info = choice.get("generation_info")
    if reason is None and isinstance(info, dict):
        reason = info.get("finish_reason")
    for message in _of_item(choice.get("message")):
        yield replace(message, finish_reason=some_text(reason) or message.finish_reason)


def _of_item(item: Any) -> Iterator[Message]:
    """Yield the message of one entry of a list, which may also be a bare item or string."""
    if isinstance(item, str):
        yield Message("user", (TextPart(item),))
    elif isinstance(item, dict):
        if isinstance(item.get("kwargs"), dict) and "lc" in item:
            name = item["id"][-1] if isinstance(item.get("id"), list) and item["id"] else None
            yield from _of_item({"type": name, **item["kwargs"]})
        elif isinstance(item.get("data"), dict) and some_text(item.get("type")) in LANGCHAIN_ROLES:
            yield from _of_item({"type": item["type"], **item["data"]})
        elif some_text(item.get("type")) in _ITEM_TYPES and "role" not in item:
            yield _of_response_item(item)
        elif isinstance(item.get("message"), dict) and "role" not in item:
            yield from _of_choice(item)
        else:
            yield _message(item)
    elif item is not None:
        yield Message("user", (OtherPart(item),))


def _of_response_item(item: dict[str, Any]) -> Message:
    """Return an item of OpenAI's Responses as a message."""
    kind, id_ = item["type"], some_text(item.get("call_id")) or some_text(item.get("id"))
    if kind in {"function_call", "custom_tool_call"}:
        arguments = as_text(item.get("arguments", item.get("input")))
        return Message("assistant", (CallPart(some_text(item.get("name")) or "", arguments, id_),))
    if kind == "function_call_output":
        return Message("tool", (ResultPart(_result_text(item.get("output")), id_),))
    if kind == "reasoning":
        parts = [read_block(each) for each in _list(item.get("summary"))]
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        return Message("assistant", tuple(ReasoningPart(text) for text in texts))
    return Message("assistant", tuple(_content(item.get("content"))))


def _message(item: dict[str, Any]) -> Message:
    role = some_text(item.get("role")) or LANGCHAIN_ROLES.get(str(item.get("type")), "user")
    parts: list[Part] = [
        ReasoningPart(thought)
        for key in ("reasoning_content", "reasoning", "thinking")
        if (thought := some_text(item.get(key)))
    ]
    reason = some_text(item.get("finish_reason")) or some_text(item.get("stop_reason"))
    result_id = next(
        (i for key in ("tool_call_id", "call_id") if (i := some_text(item.get(key)))), None
    )
    content = item.get("parts") if "parts" in item else item.get("content")
    if role in {"tool", "function"} and not _holds_tool_parts(content):
        name = some_text(item.get("name")) or some_text(item.get("tool_name"))
        failed = item.get("status") == "error" or item.get("is_error") is True
        text = _result_text(content)
        return Message("tool", (ResultPart(text, result_id, name, failed),), reason)
    parts += _content(content)
    parts += _tool_calls(item, {part.id for part in parts if isinstance(part, CallPart)})
    return Message(role, tuple(parts), reason)


def _holds_tool_parts(content: Any) -> bool:
    parts = (read_block(block) for block in _list(content))
    return any(isinstance(part, ResultPart | CallPart) for part in parts)


def _content(content: Any) -> list[Part]:
    if isinstance(content, str):
        return [TextPart(content)] if content else []
    return [read_block(block) for block in _list(content)]


def _tool_calls(item: dict[str, Any], known: set[str | None]) -> Iterator[Part]:
    """Yield the calls that stand beside the content; LangChain repeats those of its blocks."""
    extra = item.get("additional_kwargs")
    seen = known - {None}
    for calls in (
        [*_list(item.get("tool_calls")), *_list(item.get("invalid_tool_calls"))],
        extra.get("tool_calls") if isinstance(extra, dict) else None,
    ):
        for call in _list(calls):
            part = read_block({"type": "tool_call", **call} if isinstance(call, dict) else call)
            if isinstance(part, CallPart) and (part.id is None or part.id not in seen):
                seen.add(part.id)
                yield part
            elif isinstance(part, OtherPart):
                yield part
        if seen - known:
            break
    function = item.get("function_call")
    if isinstance(function, dict) and not seen:
        yield CallPart(some_text(function.get("name")) or "", as_text(function.get("arguments")))


def _result_text(content: Any) -> str | None:
    """Return a tool result as text: text blocks joined, anything else as JSON."""
    if isinstance(content, list):
        parts = [read_block(block) for block in content]
        if parts and all(isinstance(part, TextPart) for part in parts):
            return "\n".join(part.text for part in parts if isinstance(part, TextPart))
    return as_text(content)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
