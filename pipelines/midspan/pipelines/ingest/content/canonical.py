"""Messages as JSON in the form of OTel GenAI, the one that the text table holds."""

import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.content.message import (
    MODEL_ROLES,
    CallPart,
    Message,
    OtherPart,
    ReasoningPart,
    ResultPart,
    TextPart,
)

ASSISTANT: Final = "assistant"

_TOOL_ROLES: Final = frozenset({"tool", "function"})
_MARK: Final = '"parts"'


class _Written(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A message that holds nothing but what this form has."""

    role: str
    parts: tuple[TextPart | ReasoningPart | CallPart | ResultPart, ...]
    finish_reason: str | None = None

    def is_plain(self) -> bool:
        """Return whether the message means what it says, without a look at other spellings."""
        of_tool = self.role not in _TOOL_ROLES
        for part in self.parts:
            if isinstance(part, CallPart):
                of_tool = True
                if part.id == "":
                    return False
            elif isinstance(part, ResultPart):
                of_tool = True
                if part.id == "" or part.name == "":
                    return False
        return of_tool and self.role != ""


def canonical_messages(messages: Iterable[Message]) -> str:
    """Return messages as JSON text."""
    written = [_with_role(message) for message in messages]
    try:
        return _ENCODER.encode(written).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which Python's notation can hold
        document = msgspec.to_builtins(written, enc_hook=_other)
        return json.dumps(document, default=str, separators=(",", ":"))


def read_canonical(text: str) -> list[Message] | None:
    """Return the messages of JSON text in this very form, several times faster; else None."""
    if _MARK not in text:
        return None
    try:
        written = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if not all(message.is_plain() for message in written):
        return None
    return [Message(each.role, each.parts, each.finish_reason or None) for each in written]


def _with_role(message: Message) -> Message:
    if message.role == ASSISTANT or message.role not in MODEL_ROLES:
        return message
    return msgspec.structs.replace(message, role=ASSISTANT)


def _other(part: Any) -> Any:
    return part.raw if isinstance(part, OtherPart) else str(part)


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_other)
_DECODER: Final = msgspec.json.Decoder(list[_Written])
