"""Whether a text is mentioned in another one."""

import re
import sys
import unicodedata
from functools import cache
from typing import Final

MOST_MARKS: Final = 100
"""Marks on one letter that are put in order: accents, vowel points, tones."""
SHORT: Final = 5_000
"""Characters of a text that may be all marks."""

_WORD: Final = re.compile(r"\w")
_THOUSAND: Final = re.compile(r"\d{3}(?!\d)")


def mentions(text: str, value: str, *, within_word: bool = False, case: bool = False) -> bool:
    """Return whether a text contains a value: as whole words, unless it may stand within one.

    A number is not found within another one: neither `10` in `103`, nor in `10.5` or `10,000`. Any
    white space is as good as any other.

    Example:
        >>> mentions("A category.", "cat"), mentions("The CAT.", "cat")
        (False, True)
    """
    text, value = _plain(text, case=case), _plain(value, case=case)
    pattern = r"\s+".join(map(re.escape, value.split()))
    if not within_word:
        pattern = _before(value.strip()) + pattern + _after(value.strip())
    return re.search(pattern, text) is not None


def _plain(text: str, *, case: bool) -> str:
    composed = _composed(text)
    return composed if case else composed.casefold()


def _composed(text: str) -> str:
    """Return the text with each letter as one character, which may be written as two.

    Marks on a letter are brought into an order, which takes the square of their number: thousands
    of them on one are no writing, and stay as they stand.
    """
    if text.isascii() or len(text) < SHORT:
        return unicodedata.normalize("NFC", text)
    parts = _many_marks().split(text)
    return "".join(
        part if number % 2 else unicodedata.normalize("NFC", part)
        for number, part in enumerate(parts)
    )


@cache
def _many_marks() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"([{marks}]{{{MOST_MARKS},}})")


def _before(value: str) -> str:
    if not value[0].isdecimal():
        return r"(?<!\w)" if _WORD.match(value[0]) else ""
    # After a comma, three digits are the end of a number, and others are an item of a list.
    return r"(?<!\w)(?<!\d\.)" + (r"(?<!\d,)" if _THOUSAND.match(value) else "")


def _after(value: str) -> str:
    if not value[-1].isdecimal():
        return r"(?!\w)" if _WORD.match(value[-1]) else ""
    return r"(?!\w)(?!\.\d)(?!,\d{3}(?!\d))"
