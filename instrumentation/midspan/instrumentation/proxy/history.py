"""Which run a request goes on from, by what it repeats of the conversation.

Most clients say nothing about their session, and send all of the conversation with each request. A
reply and all before it are remembered as a digest; a request that begins with the same goes on from
there. Where two runs have said the same, as before the first reply, nothing tells them apart, and
nothing is guessed.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

REMEMBERED: Final = 20_000
MODEL: Final = "model:"
CALL: Final = "model:call "
UNANSWERED: Final = b"?"
AMBIGUOUS: Final = ""


class History:
    """The conversations of the latest requests."""

    def __init__(self, most: int = REMEMBERED) -> None:
        """Begin with none."""
        self._runs: OrderedDict[bytes, str] = OrderedDict()
        self._most = most

    def run_of(self, turns: Sequence[str], follows: str | None = None) -> str | None:
        """Return the run that a request goes on from, or retries, else None."""
        if follows is not None:
            return self._runs.get(_id_key(follows)) or None
        found: str | None = None
        key = b""
        for word, key in _chain(turns):
            if word.startswith(MODEL):
                found = self._runs.get(key) or found
        return self._runs.pop(key + UNANSWERED, None) or found

    def answered(
        self, run_id: str, turns: Sequence[str], reply: Sequence[str], response_id: str | None
    ) -> None:
        """Remember a request with its reply."""
        if response_id is not None:
            self._remember(_id_key(response_id), run_id)
        if reply:
            *_, (_, key) = _chain([*turns, *reply])
            self._remember(key, run_id)

    def unanswered(self, run_id: str, turns: Sequence[str]) -> None:
        """Remember a request that failed, and may be sent again."""
        if turns:
            *_, (_, key) = _chain(turns)
            self._remember(key + UNANSWERED, run_id)

    def _remember(self, key: bytes, run_id: str) -> None:
        known = self._runs.get(key, run_id)
        self._runs[key] = run_id if known == run_id else AMBIGUOUS
        self._runs.move_to_end(key)
        if len(self._runs) > self._most:
            self._runs.popitem(last=False)


def _chain(turns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield each word with the digest of all up to it."""
    digest = hashlib.blake2b(digest_size=16)
    for place, word in enumerate(turns):
        after = turns[place + 1] if place + 1 < len(turns) else ""
        if word.startswith(MODEL) and not word.startswith(CALL) and after.startswith(CALL):
            continue  # what a model says beside its calls, some clients do not send back
        digest.update(b"%d:" % len(word))
        digest.update(word.encode("utf-8", "replace"))
        yield word, digest.digest()


def _id_key(response_id: str) -> bytes:
    return b"id:" + response_id.encode("utf-8", "replace")
