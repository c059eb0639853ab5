"""The long unbroken words of a text: where a key can stand, and mostly a small part of it."""

from typing import Final

SHORTEST: Final = 16
_WORD: Final = b"a"
_GAP: Final = b" "
_TABLE: Final = bytes(
    (_WORD if byte < 128 and (chr(byte).isalnum() or chr(byte) in "_-.+/~") else _GAP)[0]
    for byte in range(256)
)


def long_words(text: str) -> str:
    """Return the words of at least 16 characters, a line each.

    Told by bytes and their table, which takes a tenth of the time of a regular expression.

    >>> long_words("the key is hf_abcdefghijklmnopqrst, see?")
    'hf_abcdefghijklmnopqrst'
    """
    drawn = text.encode("latin-1", "replace").translate(_TABLE)
    found = []
    start = drawn.find(_LONG)
    while start >= 0:
        end = drawn.find(_GAP, start)
        found.append(text[start:] if end < 0 else text[start:end])
        start = -1 if end < 0 else drawn.find(_LONG, end)
    return "\n".join(found)


_LONG: Final = _WORD * SHORTEST
