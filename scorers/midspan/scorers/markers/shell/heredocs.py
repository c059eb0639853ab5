"""Heredocs lifted out of a shell text: what stands in them is no shell, and may be long."""

import re
from bisect import bisect_left
from typing import Final, NamedTuple

LONGEST: Final = 200_000
"""Characters of a text, heredocs included, that are looked at."""

_BEGIN: Final = re.compile(
    r"(?<!<)<<(?P<strip>-?)[ \t]*(?P<quote>['\"]?)\\?(?P<end>[\w.]+)(?P=quote)"
)
_MARK: Final = "__heredoc_{}__"


class Lifted(NamedTuple):
    """A shell text with a mark in place of each heredoc's body, and the bodies by their marks."""

    text: str
    bodies: dict[str, str]


def lifted(text: str) -> Lifted:
    """Return a text without the bodies of its heredocs.

    A body whose end is missing stays where it is; the first of several on one line is lifted.
    """
    text = text[:LONGEST]
    if "<<" not in text:
        return Lifted(text, {})
    lines, bodies = text.split("\n"), dict[str, str]()
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line.lstrip("\t"), []).append(number)
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        kept.append(line)
        at += 1
        begin = _BEGIN.search(line)
        if begin is None:
            continue
        tabs = "\t" if begin["strip"] else ""
        ends = places.get(begin["end"], [])
        later = ends[bisect_left(ends, at) :]
        end = next((n for n in later if tabs or lines[n] == begin["end"]), None)
        if end is None:
            continue
        mark = _MARK.format(len(bodies))
        bodies[mark] = "".join(f"{one.lstrip(tabs)}\n" for one in lines[at:end])
        kept += [mark, begin["end"]]
        at = end + 1
    return Lifted("\n".join(kept), bodies)
