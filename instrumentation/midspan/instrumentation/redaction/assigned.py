"""Secrets that are told by their name: `password=...`, `"api_key": "..."`, `--token ...`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from midspan.instrumentation.redaction.detectors import DONE

WORDS: Final = ("key", "token", "secret", "passw", "pwd", "passphrase", "authorization", "cookie")
"""What every name of a secret holds."""

_NAME_BEFORE: Final = re.compile(
    r"(?:(?:api|access|secret|private|signing|encryption|account|master|auth|subscription)[_-]?key"
    r"|x-(?:[a-z0-9]{1,24}-){1,3}key"
    r"|(?:access|auth|refresh|session|id|bot|api|security|private)[_-]?token"
    r"|client[_-]?secret|password|passwd|pwd|passphrase|authorization|cookie)\Z"
)
_VAGUE_NAME_BEFORE: Final = re.compile(
    r"(?<![a-z0-9])(?:[a-z0-9]{1,24}[_-]){0,4}(?:token|secret)\Z"
)
_REST_OF_PASSWORD: Final = re.compile(r"ord|d")
_AFTER_NAMES: Final = frozenset("\"'\\ \t:=!>%")
_QUOTE: Final = r"\\{0,7}[\"']"
_SCHEME: Final = r"(?:(?:bearer|basic|token|digest)\s{1,8})?"
_SEPARATOR: Final = re.compile(
    rf"(?:(?P<name_quote>{_QUOTE})?\s{{0,8}}"
    # As `"name": "password", "value": "x"` has it.
    rf"(?:=>|:=|!=|={{1,3}}|:|%3D|(?:(?<=[\"']),\s{{0,8}}{_QUOTE}value{_QUOTE}\s{{0,8}}:))\s{{0,8}}"
    rf"(?:\[\s{{0,8}}(?={_QUOTE}))?(?:[rbuf]{{0,2}}(?P<quote>{_QUOTE}))?|>(?=[^<>\s]{{1,256}}</))"
    rf"{_SCHEME}",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(
    rf"(?P<name_quote>{_QUOTE}),\s{{0,8}}(?P<quote>{_QUOTE}){_SCHEME}", re.IGNORECASE
)
_IN_PAIR: Final = re.compile(rf"[\[(,]\s{{0,8}}[\[(]\s{{0,8}}{_QUOTE}[a-z0-9_-]{{0,40}}\Z")
_COOKIE: Final = re.compile(r"[\w.-]{1,64}=[^\r\n\"'\\]{1,4096}")
_FLAG: Final = re.compile(r"\s{1,8}(?P<quote>[\"'])?")
_IS_FLAG: Final = re.compile(r"(?:^|[\s\"'\[,n])--?[a-z0-9_-]{0,40}\Z")
_BARE: Final = re.compile(r"[^\s\"'\\,;&(){}\[\]<>$|`]{4,256}")
_CODE: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_LIKE_A_SECRET: Final = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[^\s]{8,}")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NO_SECRETS: Final = frozenset(
    {
        *("none", "null", "true", "false", "undefined", "optional", "required", "object", "array"),
        *("nan", "infinity", "-infinity"),
        *("string", "bytes", "bool", "boolean", "integer", "number", "secret", "password", "token"),
    }
)
_LONGEST_NAME: Final = 48
_LONGEST_VALUE: Final = 4096


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """Where a value stands that a name calls a secret."""

    start: int
    end: int
    quote: str
    """What has to stand around the placeholder, where a bare number is replaced in JSON."""


def assigned(text: str) -> Iterator[Assigned]:
    """Yield the values in a text that their names call secrets, in order and apart."""
    lower = _lower(text)
    free_from = 0
    for at, end in _words(lower):
        # Most words stand in a sentence, with nothing behind them that could begin a value.
        if at < free_from or text[end : end + 1] not in _AFTER_NAMES:
            continue
        before = lower[max(0, end - _LONGEST_NAME) : end]
        separator = _SEPARATOR.match(text, end)
        if separator is None and _IN_PAIR.search(before):
            separator = _PAIR.match(text, end)
        if separator is None and "-" in before and _IS_FLAG.search(before):
            separator = _FLAG.match(text, end)
        if separator is None:
            continue
        sure = _NAME_BEFORE.search(before) is not None
        if not sure and _VAGUE_NAME_BEFORE.search(before) is None:
            continue
        bare = _COOKIE if before.endswith("cookie") else _BARE
        found = _value(text, separator, sure, bare)
        if found is not None:
            free_from = found.end
            yield found


def has_words(text: str) -> bool:
    """Return whether a text holds a word that names of secrets have."""
    lower = text.lower()
    return any(word in lower for word in WORDS)


def is_name_of_a_secret(name: str) -> bool:
    """Return whether what stands under this name in a JSON object is a secret."""
    return _NAME_BEFORE.search(_lower(name)[-_LONGEST_NAME:]) is not None


def is_vague_name_of_a_secret(name: str) -> bool:
    """Return whether what stands under this name may be a secret, if it looks like one."""
    return _VAGUE_NAME_BEFORE.search(_lower(name)[-_LONGEST_NAME:]) is not None


def looks_like_a_secret(value: str) -> bool:
    """Return whether a value is one word of letters and digits, as secrets are."""
    return _LIKE_A_SECRET.fullmatch(value) is not None


def _words(lower: str) -> list[tuple[int, int]]:
    found = []
    for word in WORDS:
        at = lower.find(word)
        while at >= 0:
            end = at + len(word)
            if word != "passw":
                found.append((at, end))
            elif rest := _REST_OF_PASSWORD.match(lower, end):
                found.append((at, rest.end()))
            at = lower.find(word, end)
    return sorted(found)


def _value(
    text: str, separator: re.Match[str], sure: bool, words: re.Pattern[str]
) -> Assigned | None:
    start = separator.end()
    quote = separator["quote"]
    name_quote = separator.groupdict().get("name_quote")
    if quote and (end := _end_of_quoted(text, start, quote)) is not None:
        secret = _is_secret(text[start:end], sure, quoted=True)
        return Assigned(start=start, end=end, quote="") if secret else None
    bare = words.match(text, start)
    if bare is None or not _is_secret(bare[0], sure, quoted=False):
        return None
    if text[bare.end() : bare.end() + 1] in ("(", "[") or _CODE.fullmatch(bare[0]):
        return None
    # `{"password": 1234}` stays JSON when a word takes the place of the number.
    stands_in_json = not quote and _NUMBER.fullmatch(bare[0])
    return Assigned(start=start, end=bare.end(), quote=(name_quote or "") if stands_in_json else "")


def _end_of_quoted(text: str, start: int, quote: str) -> int | None:
    """Return where a quoted value ends, also in JSON within JSON, where quotes are escaped."""
    slashes_around = len(quote) - 1
    at = text.find(quote[-1], start, start + _LONGEST_VALUE)
    while at >= 0:
        slashes = at - len(text[start:at].rstrip("\\")) - start
        if slashes >= slashes_around and not (slashes - slashes_around) % (2 * slashes_around + 2):
            end = at - slashes_around
            return None if "\n" in text[start:end] else end
        at = text.find(quote[-1], at + 1, start + _LONGEST_VALUE)
    return None


def _is_secret(value: str, sure: bool, *, quoted: bool) -> bool:
    if not value or value.startswith((DONE, "$", "{{", "<", "***")):
        return False
    if not sure:
        return _LIKE_A_SECRET.fullmatch(value) is not None
    return value.lower() not in _NO_SECRETS and (quoted or len(value) >= 4)


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if char.isascii() else char for char in text)
