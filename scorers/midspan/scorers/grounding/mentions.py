"""Whether a value was said before, whatever its case, blanks and #."""

import re
from typing import Final

_LEFT_OUT: Final = re.compile(r"[\s#\\]+")
_SCHEME: Final = re.compile(r"^([a-z][a-z0-9+.-]*://)?(www\.)?")

_DIGITS: Final = re.compile(r"\d{6,}")

SHORTEST: Final = 3
"""Characters of a file's name by which its path is known."""


def folded(text: str) -> str:
    """Return a text without case, blanks, # and escapes.

    >>> folded("Order # ORD-1042")
    'orderord-1042'
    """
    return _LEFT_OUT.sub("", text).casefold()


def needles(value: str, kind: str) -> tuple[str, ...]:
    """Return the folded texts of which any one mentions a value.

    Folders list the names in them: a path is known by its last part as well. People leave the
    letters of an id out: it is known by six digits in a row as well. Of a URL the scheme does not
    matter.

    >>> needles("https://www.Shop.com/a/", "URL"), needles("/srv/app/main.py", "path")
    (('shop.com/a',), ('/srv/app/main.py', 'main.py'))
    """
    text = folded(value)
    if kind == "URL":
        return (_SCHEME.sub("", text).rstrip("/"),)
    if kind == "path":
        bare = re.sub(r"^(\./)+", "", text.rstrip("/"))
        name = bare.rpartition("/")[2]
        return (bare, name) if len(name) >= SHORTEST else (bare,)
    if kind == "id":
        return (text, *_DIGITS.findall(text))
    return (text,)
