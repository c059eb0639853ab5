"""Name globs (`get_*`, `[Rr]ead`) as one pattern that linear-time engines take."""

import re
from collections.abc import Iterable
from fnmatch import translate
from typing import Final

NOTHING: Final = r"[^\s\S]"
"""A pattern that no text matches, for no globs at all."""

_PARTS: Final = re.compile(r"\*|\?|\[!?+(?:\][^\]]*|[^\]]+)\]|[^*?\[]+|\[")

_OPEN: Final = re.compile(r"\\.|\[", re.DOTALL)
"""An opening bracket, or what is escaped already."""


def globs_pattern(globs: Iterable[str]) -> str:
    """Return a pattern for the names that any of the globs matches, case and all.

    >>> globs_pattern(["get_*", "[Rr]ead"])
    '^(?s:get_.*|[Rr]ead)$'
    """
    patterns = ["".join(_translated(part) for part in _PARTS.findall(glob)) for glob in globs]
    return rf"^(?s:{'|'.join(patterns)})$" if patterns else NOTHING


def _translated(part: str) -> str:
    if part == "*":
        return ".*"
    if part == "?":
        return "."
    if part.startswith("[") and len(part) > 1:
        # The standard library's reading of ranges; its look-around stands for an empty one, and a
        # dot for all but an empty one.
        characters = translate(part).removeprefix("(?s:").removesuffix(r")\Z").removesuffix(r")\z")
        if not characters.startswith("["):
            return "." if characters == "." else NOTHING
        return "[" + _OPEN.sub(_escaped, characters[1:])
    return re.escape(part)


def _escaped(found: re.Match[str]) -> str:
    return r"\[" if found[0] == "[" else found[0]
