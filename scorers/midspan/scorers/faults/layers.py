"""The layers of a result: what wraps what, and what each layer says of itself."""

import ast
import json
import re
from typing import Any, Final, NamedTuple

_EXIT_KEYS: Final = ("exit_code", "exitCode", "exit_status", "returncode", "return_code")
_ERROR_KEYS: Final = ("error", "errors", "exception")
_STATE_KEYS: Final = ("status", "state", "result")
_REASON_KEYS: Final = ("message", "reason", "detail", "details", "error_message", "msg", "stderr")
_FAILED_WORDS: Final = frozenset({"error", "failed", "failure"})
_NO_ERROR: Final = ("", "none", "null")
_WRAPPERS: Final = ("result", "output", "response", "content", "text", "data")
_BESIDE_A_WRAPPED: Final = frozenset(
    {"type", "isError", "is_error", "_meta", "meta", "structuredContent", "annotations", "role"}
)
CALL_TOOL_RESULT: Final = r"^\s*(CallToolResult\(|(meta=\S* )?content=\[[A-Z]\w*\()"
"""How MCP's result begins when printed: with its class (`repr`), or without (`str`)."""

_CALL_TOOL_RESULT: Final = re.compile(CALL_TOOL_RESULT)
_IS_ERROR: Final = re.compile(r"\bisError=(True|False)\)?\s*$|\bisError=(True|False),")
_TEXT_CONTENT: Final = re.compile(r"""\btext=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)


class ErrorField(NamedTuple):
    """A field that says something failed, and in which words."""

    name: str
    text: str


class CalledTool(NamedTuple):
    """What the printed form of an MCP result holds."""

    error: bool
    text: str


def decoded(layer: Any) -> Any:
    """Return the document in JSON text, any other value as it is."""
    if isinstance(layer, str) and layer.lstrip()[:1] in ("{", "[", '"'):
        try:
            return json.loads(layer)
        except (ValueError, RecursionError):
            return layer
    return layer


def flagged(layer: Any) -> bool:
    """Return whether the layer carries an error flag."""
    return isinstance(layer, dict) and (
        layer.get("isError") is True or layer.get("is_error") is True
    )


def exit_code(layer: Any) -> int | None:
    """Return a structured exit code."""
    if not isinstance(layer, dict):
        return None
    metadata = layer.get("metadata")
    for place in (layer, metadata if isinstance(metadata, dict) else {}):
        for key in _EXIT_KEYS:
            value = place.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
    return None


def error_field(layer: Any) -> ErrorField | None:
    """Return the field of an object that says it failed, or that of a batch that failed whole."""
    if isinstance(layer, list):
        fields = [error_field(each) if isinstance(each, dict) else None for each in layer]
        first = fields[0] if fields else None
        whole = first is not None and all(field is not None for field in fields)
        return ErrorField("batch", first.text) if first is not None and whole else None
    if not isinstance(layer, dict):
        return None
    for key in _ERROR_KEYS:
        if key in layer and not _says_none(layer[key]):
            return ErrorField(key, _words(layer[key]))
    for key in ("success", "ok"):
        if layer.get(key) is False:
            return ErrorField(key, _reason(layer) or f"{key}: false")
    reason = _reason(layer)
    for key in _STATE_KEYS:
        word = layer.get(key)
        # An order may have failed; only with a reason does the status speak of the call.
        if isinstance(word, str) and word.lower() in _FAILED_WORDS and reason:
            return ErrorField(key, reason)
    return None


def inner(layer: Any) -> Any:
    """Return what a layer wraps, or None where it wraps nothing."""
    if isinstance(layer, list):
        texts = [each.get("text") if isinstance(each, dict) else None for each in layer]
        if texts and all(isinstance(text, str) for text in texts):
            return "\n".join(str(text) for text in texts)
        return None
    if isinstance(layer, dict):
        holding = set(layer) - _BESIDE_A_WRAPPED
        if len(holding) == 1:
            (key,) = holding
            return layer[key] if key in _WRAPPERS else None
    return None


def text_of(layer: Any) -> str:
    """Return the words of a layer that failed."""
    if isinstance(layer, dict):
        field = error_field(layer)
        if field is not None:
            return field.text
        for key in ("stderr", "content", "output", "text", "result"):
            if layer.get(key):
                return text_of(layer[key])
    unwrapped = inner(layer)
    return _words(layer if unwrapped is None else unwrapped)


def called_tool_result(text: str) -> CalledTool | None:
    """Return what a printed MCP `CallToolResult` holds, or None for other text."""
    if not _CALL_TOOL_RESULT.match(text):
        return None
    error = any(
        found.group(1) == "True" or found.group(2) == "True" for found in _IS_ERROR.finditer(text)
    )
    return CalledTool(error, "\n".join(_unquoted(found) for found in _TEXT_CONTENT.findall(text)))


def _unquoted(literal: str) -> str:
    """Return the text of a Python string literal; as it stands where it is none."""
    try:
        return str(ast.literal_eval(literal))
    except (ValueError, SyntaxError):  # shortened by who printed it
        return literal[1:-1]


def _says_none(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in _NO_ERROR
    return not value


def _reason(layer: dict[str, Any]) -> str:
    return next((_words(layer[key]) for key in _REASON_KEYS if layer.get(key)), "")


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        message = value.get("message") or value.get("msg") or value.get("detail")
        if isinstance(message, str):
            return message
    return json.dumps(value, ensure_ascii=False, default=str)
