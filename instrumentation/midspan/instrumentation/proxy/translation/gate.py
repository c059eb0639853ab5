"""How much of a growing text can be no call any more, and may go on to the client.

Where a call may have begun, the text is held until it shows that it was none, or to its end. A
beginning that is missed here costs a translation, never a wrong one: the whole text is judged again
at its end, and what is with the client by then stays there.
"""

import re
from collections.abc import Iterable
from typing import Final

from midspan.instrumentation.text_calls.markers import tokens
from midspan.instrumentation.text_calls.prose import LONGEST_PROSE

_THINK: Final = r"(?:think|thinking|thought|reasoning|seed:think)"
_BEGINNINGS = re.compile(
    rf"(?P<think><{_THINK}>|\[THINK\]|◁think▷)"
    rf"|(?P<thought></{_THINK}>|\[/THINK\]|◁/think▷)"
    r"|(?P<tag><(?=[A-Za-z/|\uff5c]|\Z))"
    r"|(?P<mark>\[(?=TH?O?|\Z)|\bfunctools(?=\[|\Z))"
    r"|(?P<to>\bto(?:=|\Z))"
    r"|(?P<action>^[ \t>*_#]*+(?=a(?:c(?:t(?:i(?:on?)?)?)?)?\Z|action))"
    r"|(?P<fence>^[ \t]{0,3}(?:`{3}|~{3}|`{1,2}\Z|~{1,2}\Z))"
    r"|(?P<brace>\{|\[\s{0,20}\{)",
    re.MULTILINE | re.IGNORECASE,
)
_THOUGHT = re.compile(rf"</{_THINK}>|\[/THINK\]|◁/think▷", re.IGNORECASE)
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_ACTION = re.compile(r"[ \t>*_#]*+action(?P<after>[*_ \t]*+:|[*_ \t]*+\Z)?", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?P<list>\[\s*)?(?P<name>[\w.:/-]*)\s*(?P<next>[^\s\w.:/-])?")
_MARKS: Final = ("[TOOL_CALLS]", "[TOOL_REQUEST]", "[THINK]", "[/THINK]", "functools[")
_PREFIXES: Final = ("", "functions.", "function.", "tools.", "default_api.")
_FENCES_END = re.compile(r"^[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*$", re.MULTILINE)

SURE: Final = -1
OPEN: Final = -2


class Gate:
    """Follows one message; `free` is called with ever more of the same text."""

    def __init__(self, names: Iterable[str], *, hold_all: bool = False) -> None:
        """Begin before the first character."""
        self._names = tuple(names)
        self._heads = tuple(prefix + name for name in self._names for prefix in _PREFIXES)
        self._longest = max(map(len, self._names), default=0)
        self._held_to_end = hold_all
        self._begin = 0
        self._at = 0
        self._head_is_plain = False
        self._thinking = False
        self._counted = 0
        self._depth = 0

    def free(self, text: str) -> int:
        """Return how many characters from the beginning may go."""
        while not self._held_to_end:
            if self._thinking:
                end = _THOUGHT.search(text, max(self._begin, self._at - 16))
                if end is None:
                    self._at = len(text)
                    break
                self._start_over(end.end())
                continue
            if not self._head_is_plain and not self._pass_head(text):
                break
            found = self._beginning(text)
            if found is None:
                self._at = len(text)
                break
            if not self._pass(text, found):
                break
        return self._at

    def _pass_head(self, text: str) -> bool:
        """Return whether the message does not begin as a call in Python or by a tool's name."""
        head = _HEAD.match(text, self._begin)
        assert head is not None
        name, following = head["name"], head["next"]
        if following is None and head.end() == len(text):
            if not name or any(each.startswith(name) for each in self._heads):
                return False
        elif name in self._heads and following in ("(", "{", "["):
            self._held_to_end = True
            return False
        self._head_is_plain = True
        return True

    def _beginning(self, text: str) -> re.Match[str] | None:
        """Return the next place at which a call may begin."""
        for found in _BEGINNINGS.finditer(text, self._search_from(text)):
            kind = found.lastgroup
            if found.end() < self._at or (found.start() < self._at and kind != "action"):
                continue
            if kind in ("fence", "brace") and not self._is_early(text, found.start()):
                continue
            return found
        return None

    def _search_from(self, text: str) -> int:
        """Return where to look on: where the line begins, while it may still become `Action:`."""
        line = max(self._begin, text.rfind("\n", max(0, self._at - LONGEST_PROSE), self._at) + 1)
        is_bare = self._at - line < LONGEST_PROSE and not text[line : self._at].strip(" \t>*_#")
        return line if is_bare else self._at

    def _is_early(self, text: str, at: int) -> bool:
        near = at - self._begin <= 10 * LONGEST_PROSE
        return near and len(text[self._begin : at].strip()) <= LONGEST_PROSE

    def _pass(self, text: str, found: re.Match[str]) -> bool:
        """Go on behind what may have been a call and was none; return whether it was none."""
        kind, at = found.lastgroup, found.start()
        if kind == "think":
            self._thinking = True
            self._at = found.end()
            return True
        if kind == "thought":
            self._start_over(found.end())
            return True
        if at > self._at:
            self._at, self._counted, self._depth = at, at, 0
        end = self._verdict(kind, text, at)
        if end == SURE:
            self._held_to_end = True
        if end in (SURE, OPEN):
            return False
        self._at = self._counted = end
        self._depth = 0
        return True

    def _verdict(self, kind: str | None, text: str, at: int) -> int:
        if kind == "tag":
            return self._of_tag(text, at)
        if kind == "mark":
            rest = text[at : at + 16]
            if any(rest.startswith(mark) for mark in _MARKS):
                return SURE
            return OPEN if any(mark.startswith(rest) for mark in _MARKS) else at + 1
        if kind == "to":
            return SURE if text.startswith("=", at + 2) else OPEN
        if kind == "action":
            return _of_action(text, at)
        return self._of_block(text, at, is_fence=kind == "fence")

    def _of_tag(self, text: str, at: int) -> int:
        tag = _TAG.match(text, at)
        if tag is None:
            rest = text[at : at + 202]
            return OPEN if len(rest) < 202 and "\n" not in rest and "<" not in rest[1:] else at + 1
        is_special = tag[0][1] in "|\uff5c"
        return SURE if is_special or tokens(tag[0]) or tag[0][1:-1] in self._names else tag.end()

    def _of_block(self, text: str, at: int, *, is_fence: bool) -> int:
        """Judge a fence or an object: it is free once it has ended without a tool's name."""
        since = max(at, self._counted - self._longest)
        if any(text.find(name, since) >= 0 for name in self._names):
            return SURE
        looked, self._counted = max(self._counted, at), len(text)
        if is_fence:
            opening = text.find("\n", at)
            end = _FENCES_END.search(text, max(opening, looked - 8)) if opening >= 0 else None
            return OPEN if end is None or end.end() == len(text) else end.end()
        for place in range(looked, len(text)):
            self._depth += (text[place] == "{") - (text[place] == "}")
            if self._depth == 0 and text[place] == "}":
                return place + 1
        return OPEN

    def _start_over(self, at: int) -> None:
        """Take what follows for the message, after reasoning."""
        self._begin = self._at = self._counted = at
        self._thinking = self._head_is_plain = False


def _of_action(text: str, at: int) -> int:
    """Judge a line that begins with `Action`, or with part of the word."""
    line = _ACTION.match(text, at)
    if line is None:  # the text ends within the word
        return OPEN
    if line["after"] is None:
        return line.end()
    return SURE if line["after"].endswith(":") else OPEN
