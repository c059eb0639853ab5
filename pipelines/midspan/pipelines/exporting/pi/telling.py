"""What each request told a model that it had not been told before.

A request repeats the conversation so far, or holds only what is new since the last answer, as the
recorder had it; a session has each message once.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from midspan.instrumentation.messages import content_text
from midspan.pipelines.ingest.content import read_messages
from midspan.pipelines.ingest.content.message import (
    MODEL_ROLES,
    Message,
    OtherPart,
    ResultPart,
    TextPart,
)

_SYSTEM: Final = ("system", "developer")


class Told(NamedTuple):
    """What is new: what the system prompt is, what went before the run, what the user says."""

    system: str | None
    before: list[str]
    asked: list[str]


class Telling:
    """One agent's conversation, as far as it has been told."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._system: str | None = None
        self._asked: list[str] = []
        self._began = False

    def told(self, recorded: str | None, *, again: bool) -> Told:
        """Return what a request adds; `again` if the one before it was not answered."""
        messages = _messages(recorded)
        system = "\n".join(_text(each) for each in messages if each.role in _SYSTEM) or None
        changed = system is not None and system != self._system
        self._system = system or self._system
        asked = [_text(each) for each in messages if _of_user(each)]
        before = [] if self._began else _before(messages)
        goes_on = again or any(each.role in MODEL_ROLES or _of_tool(each) for each in messages)
        new = asked[_overlap(self._asked, asked) :] if goes_on and self._began else asked
        self._asked += new
        self._began = self._began or bool(messages)
        return Told(system if changed else None, before, new)


def _messages(recorded: str | None) -> list[Message]:
    if recorded is None:
        return []
    messages = read_messages(recorded)
    return [Message("user", (TextPart(recorded),))] if messages is None else messages


def _overlap(told: Sequence[str], asked: Sequence[str]) -> int:
    """Return how many of the messages have been told: the longest end of those that were.

    >>> _overlap(["a", "b"], ["b", "c"])
    1
    """
    if list(asked[: len(told)]) == list(told):
        return len(told)
    longest = min(len(told), len(asked))
    return next((n for n in range(longest, 0, -1) if list(told[-n:]) == list(asked[:n])), 0)


def _before(messages: Sequence[Message]) -> list[str]:
    """Return what a model and tools had said in the conversation that the run goes on with."""
    said = [each for each in messages if each.role in MODEL_ROLES or _of_tool(each)]
    return [f"{each.role}: {text}" for each in said if (text := _text(each))]


def _of_tool(message: Message) -> bool:
    return message.role in ("tool", "function") or any(message.results())


def _of_user(message: Message) -> bool:
    return (
        message.role not in (*_SYSTEM, *MODEL_ROLES)
        and message.role not in ("tool", "function")
        and any(not isinstance(part, ResultPart) for part in message.parts)
    )


def _text(message: Message) -> str:
    return "\n".join(filter(None, map(_said, message.parts)))


def _said(part: Any) -> str | None:
    if isinstance(part, TextPart):
        return part.text
    if isinstance(part, ResultPart):
        return part.text
    return content_text([part.raw]) if isinstance(part, OtherPart) else None
