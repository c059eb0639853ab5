"""Replaces secrets by placeholders: the same secret by the same one, as far as a run goes."""

import functools
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from midspan.instrumentation.redaction.assigned import assigned, has_words
from midspan.instrumentation.redaction.detectors import (
    ADDRESS,
    BEARER,
    COMMANDS,
    DONE,
    EMAIL,
    LONG,
    PRIVATE_KEY,
    Detector,
)
from midspan.instrumentation.redaction.long_words import long_words
from midspan.instrumentation.redaction.named import (
    hidden,
    name_beside_value,
    name_in_pair,
    tells_a_secret,
)

SHORTEST: Final = 8
"""No secret that is told by its form or name takes less text."""
_SHORT: Final = 512
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Redaction:
    """Takes secrets out of text and JSON values; `counts` says how many of each kind.

    A placeholder is one word, `REDACTED_key_1f3a9c`: JSON stays JSON, or as broken as it was, and a
    shell command stays a command. Its digits are a hash of secret and salt, so that two values can
    still be told apart or alike.
    """

    def __init__(
        self, *, emails: bool = False, patterns: Mapping[str, str | re.Pattern[str]] | None = None
    ) -> None:
        """Begin with nothing counted.

        Args:
            emails: Take out addresses of email as well.
            patterns: Further kinds of secret, each with its regular expression; where that has a
                group named `secret`, only what the group holds is replaced.
        """
        self._own = tuple(_own(kind, pattern) for kind, pattern in (patterns or {}).items())
        self._anywhere = (PRIVATE_KEY, ADDRESS, *COMMANDS, *((EMAIL,) if emails else ()))
        self.counts: Counter[str] = Counter()
        self._suspicions_of_short = functools.lru_cache(maxsize=2048)(self._suspicions)

    def __call__(self, value: Any, salt: str = "") -> Any:
        """Return a JSON value without secrets; everything else in it is as it was.

        >>> Redaction()({"note": "use hf_abcdefghijklmnopqrst", "n": 1, "password": "hunter2"})
        {'note': 'use REDACTED_key_092120', 'n': 1, 'password': 'REDACTED_secret_276d06'}
        """
        if isinstance(value, str):
            return self.text(value, salt)
        if isinstance(value, list | tuple):
            items = [self._item(item, salt) for item in value]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, Mapping):
            beside = name_beside_value(value)
            return {
                name: self.named(beside if beside and name == "value" else name, item, salt)
                for name, item in value.items()
            }
        return value

    def named(self, name: object, value: Any, salt: str = "") -> Any:
        """Return what stands under a name without secrets, those that the name tells as well."""
        if isinstance(name, str) and tells_a_secret(name):
            value = hidden(name, value, functools.partial(self._placeholder, "secret", salt))
        return self(value, salt)

    def text(self, text: str, salt: str = "") -> str:
        """Return a text without secrets; with the same salt, the same one gets the same word."""
        if len(text) < SHORTEST:
            return text
        look = self._suspicions_of_short if len(text) < _SHORT else self._suspicions
        detectors, names = look(text)
        for detector in detectors:
            text = detector.pattern.sub(functools.partial(self._replaced, detector, salt), text)
        return self._without_assigned(text, salt) if names else text

    def _item(self, item: Any, salt: str) -> Any:
        name = name_in_pair(item)
        if name is None:
            return self(item, salt)
        value = self.named(name, item[1], salt)
        return [name, value] if isinstance(item, list) else (name, value)

    def _suspicions(self, text: str) -> tuple[tuple[Detector, ...], bool]:
        """Return which detectors may find something, and whether a secret may have a name here."""
        found = [*self._own, *(d for d in self._anywhere if d.may_find_in(text))]
        if words := long_words(text):
            found += [d for d in LONG if d.may_find_in(words)]
            if BEARER.may_find_in(text):
                found.append(BEARER)
        return tuple(found), has_words(text)

    def _replaced(self, detector: Detector, salt: str, found: re.Match[str]) -> str:
        group = "secret" if "secret" in detector.pattern.groupindex else 0
        secret = found[group]
        if not secret or secret.startswith(DONE):
            return found[0]
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return found[0][:start] + self._placeholder(detector.kind, salt, secret) + found[0][end:]

    def _without_assigned(self, text: str, salt: str) -> str:
        pieces, done = [], 0
        for found in assigned(text):
            placeholder = self._placeholder("secret", salt, text[found.start : found.end])
            pieces += [text[done : found.start], found.quote, placeholder, found.quote]
            done = found.end
        return "".join([*pieces, text[done:]]) if pieces else text

    def _placeholder(self, kind: str, salt: str, secret: str) -> str:
        self.counts[kind] += 1
        key = hashlib.blake2b(salt.encode("utf-8", "replace")).digest()
        digest = hashlib.blake2b(secret.encode("utf-8", "replace"), key=key, digest_size=3)
        return f"{DONE}{kind}_{digest.hexdigest()}"


def _own(kind: str, pattern: str | re.Pattern[str]) -> Detector:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"the kind of a pattern is a word of a-z, 0-9 and _, not {kind!r}")
    return Detector(kind=kind, needles=("",), pattern=re.compile(pattern))
