"""Messages in one form: a role and parts, which written as JSON are those of OTel GenAI."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec


class TextPart(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag="text"):
    """Something said."""

    text: str = msgspec.field(name="content")


class ReasoningPart(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag="reasoning"
):
    """Something thought aloud."""

    text: str = msgspec.field(name="content")


class CallPart(
    msgspec.Struct,
    frozen=True,
    gc=False,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="tool_call",
):
    """A tool call as emitted: the arguments are the raw text, as far as it was kept."""

    name: str
    raw_arguments: str | None = msgspec.field(name="arguments")
    id: str | None = None


class ResultPart(
    msgspec.Struct,
    frozen=True,
    gc=False,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="tool_call_response",
):
    """What a tool gave back, as the model was told."""

    text: str | None = msgspec.field(name="response")
    id: str | None = None
    name: str | None = None
    error: bool = msgspec.field(default=False, name="is_error")


class OtherPart:
    """Anything else, kept as it came."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw


Part = TextPart | ReasoningPart | CallPart | ResultPart | OtherPart


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message."""

    role: str
    parts: tuple[Part, ...]
    finish_reason: str | None = None

    def texts(self) -> Iterator[str]:
        """Yield what was said."""
        yield from (part.text for part in self.parts if isinstance(part, TextPart))

    def thoughts(self) -> Iterator[str]:
        """Yield what was thought aloud."""
        yield from (part.text for part in self.parts if isinstance(part, ReasoningPart))

    def calls(self) -> Iterator[CallPart]:
        """Yield the tool calls."""
        yield from (part for part in self.parts if isinstance(part, CallPart))

    def results(self) -> Iterator[ResultPart]:
        """Yield the tool results."""
        yield from (part for part in self.parts if isinstance(part, ResultPart))


MODEL_ROLES: Final = frozenset({"assistant", "model", "ai", "AIMessage", "AIMessageChunk"})


def trailing_results(messages: list[Message]) -> list[ResultPart]:
    """Return the tool results that stand after the model's last message: those it reads next."""
    results: list[ResultPart] = []
    for message in reversed(messages):
        if message.role in MODEL_ROLES and not any(message.results()):
            break
        results[:0] = message.results()
    return results
