"""A model's reply as its client gave it back: what the flat attributes leave out is often there."""

import re
from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content import Message, parse, read_messages
from midspan.pipelines.ingest.content.document import as_fields, some_text

_REPLY_KEYS: Final = frozenset(
    {"choices", "generations", "output", "message", "content", "tool_calls", "candidates"}
)
"""Without any of these an object is no reply: LlamaIndex's helpers give back requests."""

_MADE_UP_IDS: Final = ("run-", "lc_run")
"""LangChain gives messages an id of its own, which no other span knows."""

_REPR_ID: Final = re.compile(r"^[A-Za-z_.]+\(id='([^']{1,200})'")
_REPR_REASON: Final = re.compile(r"\bfinish_reason='([a-z_]{1,40})'")
_REPR_CACHED: Final = re.compile(r"\bcached_tokens=(\d{1,12})\b")
_REPR_REASONING: Final = re.compile(r"\breasoning_tokens=(\d{1,12})\b")


class Reply(NamedTuple):
    """What a reply says; None where it does not."""

    document: Any
    id: str | None = None
    model: str | None = None
    finish_reason: str | None = None
    usage: Any = None

    def messages(self) -> list[Message] | None:
        """Return the messages in it, or None where it holds none."""
        if isinstance(self.document, dict) and not self.document.keys() & _REPLY_KEYS:
            return None
        return [each for each in read_messages(self.document) or () if each.parts] or None


def read_reply(value: Any) -> Reply | None:
    """Return the reply in JSON of any provider or framework, None for anything else."""
    document = parse(value)
    if isinstance(document, list):
        return Reply(document) if document and isinstance(document[0], dict) else None
    if not isinstance(document, dict):
        return None
    inner = document.get("raw")
    if isinstance(inner, str):
        return _of_repr(document, inner)
    about = _about(document)
    return Reply(
        document,
        id=_real_id(about.get("id")),
        model=some_text(about.get("model")) or some_text(about.get("model_name")),
        finish_reason=some_text(about.get("stop_reason")) or some_text(about.get("finish_reason")),
        usage=about.get("usage") or about.get("usage_metadata") or about.get("token_usage"),
    )


def _about(document: dict[str, Any]) -> dict[str, Any]:
    """Return the object that holds id, model and usage: LangChain's lies deep inside."""
    inner = document.get("raw")
    if isinstance(inner, dict):
        return inner
    if "generations" not in document:
        return document
    generation = _first_of(_first_of(document["generations"]))
    message = as_fields(as_fields(generation).get("message"))
    message = as_fields(message.get("kwargs")) or message
    metadata = as_fields(message.get("response_metadata"))
    return {**metadata, "usage_metadata": message.get("usage_metadata")}


def _of_repr(document: dict[str, Any], written: str) -> Reply:
    """Return what a reply in Python's notation says: smolagents keeps the client's own there."""
    # The usage stands at the end; what the model said before it may look like anything.
    usage = written[written.rfind("usage=") :]
    id_, reason = _REPR_ID.search(written), _REPR_REASON.search(written)
    cached, reasoning = _REPR_CACHED.search(usage), _REPR_REASONING.search(usage)
    return Reply(
        document,
        id=id_.group(1) if id_ else None,
        finish_reason=reason.group(1) if reason else None,
        usage={
            "prompt_tokens_details": {"cached_tokens": cached.group(1) if cached else None},
            "completion_tokens_details": {
                "reasoning_tokens": reasoning.group(1) if reasoning else None
            },
        },
    )


def _first_of(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _real_id(value: Any) -> str | None:
    text = some_text(value)
    return None if text is None or text.startswith(_MADE_UP_IDS) else text
