"""How far each conversation with the scripted models has come, as its requests tell it."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, Final

Json = Mapping[str, Any]

WRITTEN_BY_MODELS: Final = frozenset({"function_call", "reasoning"})


class Conversations:
    """Counts the responses of each; one is told from another by what was said before the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: Counter[str] = Counter()

    def said(self, request: Json) -> int:
        """Return how many responses came before this one, and count it.

        A request in which the model has said nothing yet begins its conversation anew.
        """
        given = request.get("messages") or request.get("input") or []
        messages: list[Json] = given if isinstance(given, list) else [{"content": given}]
        opening = list(takewhile(lambda message: not _of_a_model(message), messages))
        key = json.dumps([list(_texts(message.get("content"))) for message in opening])
        with self._lock:
            before = self._said[key] if len(opening) < len(messages) else 0
            self._said[key] = before + 1
        return before


def _of_a_model(message: Json) -> bool:
    return message.get("role") == "assistant" or message.get("type") in WRITTEN_BY_MODELS


def _texts(content: str | Iterable[Json] | None) -> Iterable[str]:
    """Yield the text of a message without what stands beside it: marks for caches move."""
    if isinstance(content, str):
        yield content
        return
    for part in content or ():
        yield str(part.get("text"))
