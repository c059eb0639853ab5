"""Messages of a role, a text and calls, read straight from their attributes.

Nearly all are of that kind, and every LLM span repeats its whole history of them: to lay each out
as objects first takes more than twice as long.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from midspan.pipelines.ingest.content import CallPart, Message, ResultPart
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.dialects.openinference.values import REDACTED

NO_PLACE: Final = -1
"""Of an attribute that is not there: the text last in a list, which is empty."""

_FIELD: Final = re.compile(r"message\.(role|content|name|tool_call_id)")
_CALL: Final = re.compile(
    r"message\.tool_calls\.([0-9]{1,9})\.tool_call\.(id|function\.name|function\.arguments)"
)
_TOOL_ROLES: Final = frozenset({"tool", "function"})


class Places(NamedTuple):
    """Where the values of a message stand among all of its values."""

    role: int
    content: int
    name: int
    result_id: int
    calls: tuple[tuple[int, int, int | None], ...]
    """Of each call its id, its name and its arguments."""


@lru_cache(maxsize=4096)
def places_of(names: tuple[str, ...]) -> Places | None:
    """Return where the values of a message are, None if it has attributes of other names."""
    fields: dict[str, int] = {}
    calls: dict[str, dict[str, int]] = {}
    for place, name in enumerate(names):
        if field := _FIELD.fullmatch(name):
            fields[field[1]] = place
        elif call := _CALL.fullmatch(name):
            calls.setdefault(call[1], {})[call[2]] = place
        else:
            return None
    return Places(
        role=fields.get("role", NO_PLACE),
        content=fields.get("content", NO_PLACE),
        name=fields.get("name", NO_PLACE),
        result_id=fields.get("tool_call_id", NO_PLACE),
        calls=tuple(
            (
                calls[number].get("id", NO_PLACE),
                calls[number].get("function.name", NO_PLACE),
                calls[number].get("function.arguments"),
            )
            for number in sorted(calls, key=int)
        ),
    )


def plain_message(places: Places, texts: Sequence[str]) -> Message:
    """Return the message of these texts, the last of which is empty."""
    role, content = texts[places.role] or "user", texts[places.content]
    said = (TextPart(content),) if content and content != REDACTED else ()
    if places.calls:
        calls = [
            CallPart(texts[name], None if given is None else texts[given], texts[id_] or None)
            for id_, name, given in places.calls
        ]
        return Message(role, (*said, *calls))
    result_id = texts[places.result_id] or None
    if result_id is not None or role in _TOOL_ROLES:
        text = said[0].text if said else None
        return Message("tool", (ResultPart(text, result_id, texts[places.name] or None),))
    return Message(role, said)
