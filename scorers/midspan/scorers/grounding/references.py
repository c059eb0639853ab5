"""URLs, DOIs and arXiv ids in a text: what it cites."""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

CITES: Final = r"(?i)https?://|\bwww\.|\b10\.\d{4,9}/|\barxiv"
"""What a text without any citation does not hold."""

_URL: Final = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"'`\\^{}|\u201c\u201d\u2019]+")
_DOI: Final = re.compile(r"(?i)\b10\.\d{4,9}/[^\s<>\"'`\\^{}|]+")
_ARXIV: Final = re.compile(
    r"(?i)\barxiv(?:\.org/(?:abs|pdf|html)/|[:\s]+)((?:[a-z-]+(?:\.[a-z]{2})?/)?\d{4}\.?\d{3,5})"
)
_PREFIX: Final = re.compile(r"^(?:https?://)?(?:www\.)?")
_OWN: Final = re.compile(
    r"^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|10\.|192\.168\.|(?:[\w-]+\.)*example\b)"
)
"""Hosts that are nobody's source: the machine itself, and examples."""

_CLOSED_BY: Final = {")": "(", "]": "["}


class Reference(NamedTuple):
    """Something that a text cites."""

    written: str
    needle: str
    """What a folded source that holds it contains."""


def references_in(text: str) -> list[Reference]:
    """Return what a text cites, each once, in order.

    >>> found = references_in("(https://a.org/x). doi:10.1000/182, arXiv:2401.00001v2")
    >>> [each.needle for each in found]
    ['a.org/x', '10.1000/182', '2401.00001']
    """
    found: dict[str, tuple[int, Reference]] = {}
    taken: list[range] = []
    for pattern in (_ARXIV, _DOI, _URL):
        for match in pattern.finditer(text):
            if any(match.start() in span or match.end() - 1 in span for span in taken):
                continue
            taken.append(range(*match.span()))
            written = _without_end(match[0])
            needle = match[1].lower() if pattern is _ARXIV else folded_reference(written)
            if pattern is _URL and (_OWN.match(needle) or "." not in needle):
                continue
            if needle not in found:
                found[needle] = (match.start(), Reference(written, needle))
    return [reference for _, reference in sorted(found.values())]


def folded_reference(text: str) -> str:
    """Return a reference, or a text that may hold some, as sources are searched.

    >>> folded_reference("https://www.A.org/my%20page/#top")
    'a.org/my page'
    """
    bare = _PREFIX.sub("", unquote(text).casefold()).partition("#")[0]
    return bare.rstrip("/")


def _without_end(text: str) -> str:
    """Return a match without the punctuation of the sentence around it."""
    while text:
        last = text[-1]
        opening = _CLOSED_BY.get(last)
        if last in ".,;:!?*_~" or (opening and text.count(last) > text.count(opening)):
            text = text[:-1]
        else:
            break
    return text
