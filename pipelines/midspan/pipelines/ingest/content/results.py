"""Results of tools, taken out of what frameworks wrap around them."""

from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content.blocks import read_block
from midspan.pipelines.ingest.content.document import (
    as_text,
    encode,
    parse,
    parse_python,
    some_text,
)
from midspan.pipelines.ingest.content.message import TextPart

_OPENS: Final = ("{", "[", '"')
"""How text begins that can hold anything but itself."""

_UNWRAP_AT_MOST: Final = 6
_FUNCTION_RESPONSE: Final = frozenset({"name", "response"})
_FUNCTION_RESPONSE_KEYS: Final = frozenset(
    {*_FUNCTION_RESPONSE, "id", "will_continue", "scheduling", "parts"}
)
"""Google's form of a result: its name and id stand beside it."""


class Result(NamedTuple):
    """The text of a result, whether the wrapper said that it is an error, and its call's id."""

    text: str | None
    error: bool = False
    call_id: str | None = None
    unwrapped: bool = False

    def stored(self) -> str | None:
        """Return the text as tables hold it: a flagged error stays recognisable as one."""
        if self.error and self.text is not None:
            return encode({"is_error": True, "content": self.text})
        return self.text


def read_result(value: Any) -> Result:
    """Return a result without LangChain's, LlamaIndex's or MCP's wrapping.

    >>> read_result('{"output": {"type": "tool", "content": "39.0", "tool_call_id": "c1"}}')
    Result(text='39.0', error=False, call_id='c1', unwrapped=True)
    >>> read_result('{"total": 39.0}')
    Result(text='{"total": 39.0}', error=False, call_id=None, unwrapped=False)
    """
    if isinstance(value, str) and value.lstrip()[:1] not in _OPENS:
        return Result(value)
    document = parse(value)
    inner = _written_otherwise(value, document)
    if inner is not None:
        return read_result(inner)._replace(unwrapped=True)
    error, call_id, unwrapped = False, None, False
    for _ in range(_UNWRAP_AT_MOST):
        inner = _inner(document)
        if inner is None:
            break
        assert isinstance(document, dict)
        error = error or _says_error(document)
        call_id = call_id or some_text(document.get("tool_call_id"))
        unwrapped = True
        document = inner
    if not unwrapped:
        blocks = _joined(document)
        return Result(blocks, unwrapped=True) if blocks is not None else Result(as_text(value))
    blocks = _joined(document)
    return Result(as_text(document) if blocks is None else blocks, error, call_id, True)


def _written_otherwise(value: Any, document: Any) -> Any:
    """Return what text holds in Python's notation, or as JSON of a text; None for other text."""
    if not isinstance(value, str):
        return None
    if isinstance(document, str):
        return document or None
    python = parse_python(value.strip()) if document is None else None
    return python if isinstance(python, dict | list) else None


def _inner(document: Any) -> Any:
    """Return what a wrapper holds, or None where there is none."""
    if not isinstance(document, dict):
        return None
    if "lc" in document and isinstance(document.get("kwargs"), dict):
        return document["kwargs"]
    if document.get("type") == "tool" and isinstance(document.get("data"), dict):
        return document["data"]
    if "response" in document and _FUNCTION_RESPONSE <= document.keys() <= _FUNCTION_RESPONSE_KEYS:
        return document["response"]
    of_tool = document.get("type") in ("tool", "ToolMessage") or "tool_call_id" in document
    if of_tool and "content" in document:
        return document["content"]
    if "raw_output" in document and document.keys() & {"is_error", "tool_name", "blocks"}:
        return document["raw_output"]
    if isinstance(document.get("output"), dict) and document.keys() <= {"output", "kwargs"}:
        return document["output"]
    if isinstance(document.get("update"), dict) and len(document) == 1:
        messages = document["update"].get("messages")
        return messages[0] if isinstance(messages, list) and len(messages) == 1 else None
    return None


def _says_error(document: dict[str, Any]) -> bool:
    return (
        document.get("is_error") is True
        or document.get("isError") is True
        or document.get("status") == "error"
    )


def _joined(document: Any) -> str | None:
    """Return a list of text blocks as one text, or None for anything else."""
    if not isinstance(document, list) or not document:
        return None
    if not all(isinstance(block, dict) and "text" in block for block in document):
        return None
    parts = [read_block(block) for block in document]
    texts = [part.text for part in parts if isinstance(part, TextPart)]
    return "\n".join(texts) if len(texts) == len(parts) else None
