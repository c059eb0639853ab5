"""Whether a text is mentioned in another one."""

import re
import unicodedata
from typing import Final

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
    # Composed: the same letter may be written as one character or as two.
    composed = unicodedata.normalize("NFC", text)
    return composed if case else composed.casefold()


def _before(value: str) -> str:
    if not value[0].isdecimal():
        return r"(?<!\w)" if _WORD.match(value[0]) else ""
    # After a comma, three digits are the end of a number, and others are an item of a list.
    return r"(?<!\w)(?<!\d\.)" + (r"(?<!\d,)" if _THOUSAND.match(value) else "")


def _after(value: str) -> str:
    if not value[-1].isdecimal():
        return r"(?!\w)" if _WORD.match(value[-1]) else ""
    return r"(?!\w)(?!\.\d)(?!,\d{3}(?!\d))"
