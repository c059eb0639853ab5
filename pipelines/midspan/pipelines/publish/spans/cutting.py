"""Texts of a bounded size: what is longer is cut, and says so."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import to_json
from midspan.pipelines.ingest.content import parse

LONGEST_TEXT: Final = 1 << 20
"""Characters of a text: of a value, or of one part of a message."""

LONGEST_LIST: Final = 4 << 20
"""Characters of all messages of one model call, or of the tools that it was offered."""

KEPT_FIRST: Final = 2
"""Messages at the beginning that stay in a history that is too long: system and question."""

CUT: Final = "midspan.cut"
"""Names the attributes of a span that were cut."""

Values = dict[str, Any]


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the beginning of a text that is too long, and how much there was more.

    >>> cut("abcdefgh", 5)
    'abcde … [3 characters more, left out by midspan]'
    """
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … [{len(text) - longest} characters more, left out by midspan]"


def bounded(attributes: Values) -> Values:
    """Return attributes of which none is too long; those that were are named in `midspan.cut`."""
    long = [
        name
        for name, value in attributes.items()
        if isinstance(value, str) and len(value) > LONGEST_TEXT
    ]
    if not long:
        return attributes
    changed = {name: LISTS.get(name, cut)(attributes[name]) for name in long}
    named = [name for name in long if changed[name] != attributes[name]]
    return attributes | changed | ({CUT: named} if named else {})


def _messages(text: str) -> str:
    """Return messages with long parts cut, and if there are too many, without those in between."""
    messages = [_with_short_parts(message) for message in parse(text)]
    sizes = [len(to_json(message)) for message in messages]
    if sum(sizes) <= LONGEST_LIST:
        return to_json(messages)
    first = messages[:KEPT_FIRST]
    room = LONGEST_LIST - sum(sizes[:KEPT_FIRST])
    last: list[Any] = []
    while len(first) + len(last) < len(messages) and sizes[-1 - len(last)] <= room:
        room -= sizes[-1 - len(last)]
        last.insert(0, messages[-1 - len(last)])
    missing = len(messages) - len(first) - len(last)
    said = f"[{missing} messages, left out by midspan]"
    return to_json([*first, {"role": "user", "parts": [{"type": "text", "content": said}]}, *last])


def _with_short_parts(message: Mapping[str, Any]) -> Values:
    return {**message, "parts": [_short(part) for part in message["parts"]]}


def _short(part: Mapping[str, Any]) -> Values:
    return {
        name: cut(_as_text(value)) if _is_long(value) else value for name, value in part.items()
    }


def _is_long(value: Any) -> bool:
    return len(_as_text(value)) > LONGEST_TEXT


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def _definitions(text: str) -> str:
    """Return the names of tools whose definitions are too long."""
    if len(text) <= LONGEST_LIST:
        return text
    return to_json([{"type": "function", "name": tool["name"]} for tool in parse(text)])


LISTS: Final[Mapping[str, Callable[[str], str]]] = {
    conventions.INPUT_MESSAGES: _messages,
    conventions.OUTPUT_MESSAGES: _messages,
    conventions.TOOL_DEFINITIONS: _definitions,
}
