"""Messages and tools in the one form that Phoenix and MLflow both show as a chat.

Accepted are OpenAI chat messages (`content`, `tool_calls`) and OpenTelemetry ones (`parts`), as
dictionaries or as the SDK's objects.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from midspan.instrumentation.encoding import to_json, to_text
from midspan.instrumentation.interruptions import let_through

Part = dict[str, Any]
Message = dict[str, Any]

ROLES: Final = {"developer": "system", "function": "tool"}
FINISH_REASONS: Final = {
    "tool_calls": "tool_call",
    "function_call": "tool_call",
    "tool_use": "tool_call",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
}


def history(messages: object) -> list[Message]:
    """Return the messages of a request.

    Reasoning is left out, as one such part takes the chat of the whole list away in MLflow; each
    tool result gets a message of its own, since only the last of several is shown.
    """
    if isinstance(messages, str):
        return [_message("user", [text_part(messages)])]
    return [message for given in items(messages) for message in _converted(as_mapping(given))]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One turn of a model, as the provider gave it."""

    text: str | None = None
    reasoning: str | None = None
    calls: tuple[object, ...] = ()
    finish_reason: str | None = None

    def reason(self) -> str | None:
        """Return OpenTelemetry's word for why the model stopped, or None where it is not known."""
        return self.finish_reason and FINISH_REASONS.get(self.finish_reason, self.finish_reason)

    def message(self, *, with_reasoning: bool) -> Message:
        """Return the output message; Phoenix drops one without a finish reason."""
        thought = {"type": "reasoning", "content": self.reasoning}
        said = [text_part(self.text)] if self.text else []
        parts = said + [call_part(call) for call in self.calls] or [text_part("")]
        return {
            "role": "assistant",
            "parts": [thought, *parts] if with_reasoning and self.reasoning else parts,
            "finish_reason": self.reason() or ("tool_call" if self.calls else "stop"),
        }


def text_part(text: str) -> Part:
    """Return a part of plain text."""
    return {"type": "text", "content": text}


def call_part(call: object) -> Part:
    """Return the part for one tool call, its arguments as an object where they parse as one."""
    given = as_mapping(call)
    function = as_mapping(given.get("function") or given)
    arguments = function.get("arguments")
    return {
        "type": "tool_call",
        "id": given.get("id"),
        "name": function.get("name"),
        "arguments": parsed_arguments(arguments) if isinstance(arguments, str) else arguments,
    }


def parsed_arguments(text: str) -> object:
    """Return the object that a model's argument text stands for, or the text where it is none."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        let_through(error)
        return text
    return value if isinstance(value, dict) else text


def tool_definitions(tools: object) -> list[object]:
    """Return the offered tools; `function.name` on top of the flat form makes MLflow list them."""
    return [_definition(as_mapping(tool)) for tool in items(tools)]


def items(values: object) -> Iterable[object]:
    """Return one thing or several as several; None is none.

    What can be gone through only once is the agent's to go through, and is refused.
    """
    if values is None:
        return []
    if isinstance(values, Iterator):
        raise TypeError(f"{type(values).__name__} can be read only once; give a list")
    # A dictionary, a text and an SDK's object are iterable, and one thing each.
    one = isinstance(values, Mapping | str) or hasattr(values, "model_dump")
    return values if isinstance(values, Iterable) and not one else [values]


def content_text(content: object) -> str | None:
    """Return the text of a message's content: plain, in pieces, or of any other form as JSON."""
    if content is None:
        return None
    return _joined(content) if isinstance(content, list | tuple) else to_text(content)


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a dictionary or an SDK's object as a mapping."""
    if isinstance(value, Mapping):
        return value
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        dumped: Mapping[str, Any] = dump(mode="json", exclude_none=True)
        return dumped
    return {"role": "user", "content": to_text(value)}


def _converted(given: Mapping[str, Any]) -> Iterator[Message]:
    role = ROLES.get(given.get("role", "user"), given.get("role", "user"))
    parts = _given_parts(given) if "parts" in given else _chat_parts(role, given)
    results = [part for part in parts if part.get("type") == "tool_call_response"]
    others = [part for part in parts if part.get("type") not in ("tool_call_response", "reasoning")]
    for result in results:
        yield _message("tool", [result])
    if others or not results:
        yield _message(role, others or [text_part("")])


def _given_parts(given: Mapping[str, Any]) -> list[Part]:
    return [
        call_part(part) | {"type": "tool_call"} if part.get("type") == "tool_call" else dict(part)
        for part in map(as_mapping, items(given["parts"]))
    ]


def _chat_parts(role: str, given: Mapping[str, Any]) -> list[Part]:
    content = given.get("content")
    if role == "tool":
        response = to_text(content) if not isinstance(content, list) else _joined(content)
        key = given.get("tool_call_id") or given.get("name")
        return [{"type": "tool_call_response", "id": key, "response": response}]
    texts = content if isinstance(content, list) else [content or given.get("refusal")]
    said = [text_part(text) for text in map(_text, texts) if text]
    return said + [call_part(call) for call in items(given.get("tool_calls") or None)]


def _joined(content: Iterable[object]) -> str:
    return "\n".join(filter(None, map(_text, content)))


def _text(content: object) -> str:
    """Return the text of one piece of content; media is named, never copied."""
    if content is None or isinstance(content, str):
        return content or ""
    piece = as_mapping(content)
    for key in ("text", "refusal", "content"):
        if isinstance(piece.get(key), str):
            return str(piece[key])
    kind = piece.get("type")
    if isinstance(kind, str) and kind.startswith(
        ("image", "input_image", "input_audio", "file", "audio")
    ):
        return f"[{kind}]"
    return to_json(content)


def _definition(tool: Mapping[str, Any]) -> object:
    function = tool.get("function")
    flat = {k: v for k, v in tool.items() if k != "function"}
    if isinstance(function, Mapping):
        flat = flat | {k: v for k, v in function.items() if k not in flat}
    flat.setdefault("type", "function")
    return flat | {"function": {"name": flat["name"]}} if "name" in flat else flat


def _message(role: str, parts: list[Part]) -> Message:
    return {"role": role, "parts": parts}


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
