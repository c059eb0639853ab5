"""Everything that a shell text starts: also behind wrappers, and in texts that it hands a shell."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from midspan.scorers.markers.shell.parse import segments
from midspan.scorers.markers.shell.segment import Segment
from midspan.scorers.markers.shell.wrappers import unwrapped

NESTED: Final = 8
"""Shells in shells that are looked into."""

MOST: Final = 5_000
"""Commands of one text that are looked at."""

SHELLS: Final = frozenset({"bash", "sh", "zsh", "dash", "ksh", "ash", "fish"})
PYTHON: Final = re.compile(r"(?:i?python|pypy)[\d.]*w?(?:\.exe)?")

_WITH_VALUE: Final = frozenset({"-o", "-O", "+O", "+o", "--rcfile", "--init-file"})
_PYTHON_WITH_VALUE: Final = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_EXEC: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


def started(text: str) -> list[Segment]:
    """Return every simple command that a text starts, wrappers and what they start included.

    >>> [segment.program for segment in started("timeout 9 bash -lc 'cd a && git log'")]
    ['timeout', 'bash', 'cd', 'git']
    """
    found: list[Segment] = []
    for segment in _in_text(text, 0):
        found.append(segment)
        if len(found) == MOST:
            break
    return found


def module_of(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the module that `python -m` runs, with its arguments, if these words are such."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "-m":
            return words[at + 1 :] or None
        at += 2 if words[at] in _PYTHON_WITH_VALUE else 1
    return None


def _in_text(text: str, depth: int) -> Iterator[Segment]:
    if depth <= NESTED:
        for segment in segments(text):
            yield from _opened(segment, depth)


def _opened(segment: Segment, depth: int) -> Iterator[Segment]:
    """Yield a segment, and what it starts in turn."""
    yield segment
    if depth > NESTED or not segment.words:
        return
    program, words = segment.program, segment.words
    if program in SHELLS:
        script = _script_of(words)
        if script is None and len(words) == 1 + sum(one.startswith("-") for one in words[1:]):
            script = segment.stdin
        if script is not None:
            yield from _inside(script, segment, depth)
    elif program == "eval":
        yield from _inside(" ".join(words[1:]), segment, depth)
    elif program == "watch":
        yield from _inside(" ".join(_plain(words[1:])), segment, depth)
    elif program == "env" and (line := _split_string(words)):
        yield from _opened(segment.running(line), depth + 1)
    elif program == "find":
        for inner in _executed(words):
            yield from _opened(segment.running(inner), depth + 1)
    elif PYTHON.fullmatch(program):
        module = module_of(words)
        if module is not None:
            yield from _opened(segment.running(module), depth + 1)
    elif (rest := unwrapped(program, words)) is not None:
        yield from _opened(segment.running(rest), depth + 1)


def _inside(script: str, segment: Segment, depth: int) -> Iterator[Segment]:
    """Yield the commands of a text that a shell is handed, in the folder of that shell."""
    for inner in _in_text(script, depth + 1):
        yield inner if inner.folder or not segment.folder else inner._replace(folder=segment.folder)


def _script_of(words: tuple[str, ...]) -> str | None:
    """Return the text of `bash -c TEXT`."""
    at, asked = 1, False
    while at < len(words) and words[at][:1] in {"-", "+"} and words[at] not in {"-", "--"}:
        asked = asked or (words[at][0] == "-" and words[at][1:2] != "-" and "c" in words[at])
        at += 2 if words[at] in _WITH_VALUE else 1
    return words[at] if asked and at < len(words) else None


def _split_string(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the words of `env -S TEXT`."""
    if len(words) < 3 or words[1] not in {"-S", "--split-string"}:
        return None
    try:
        return (*shlex.split(words[2]), *words[3:])
    except ValueError:
        return None


def _executed(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command that `find` executes."""
    begin: int | None = None
    for at, one in enumerate((*words, ";")):
        if begin is None and one in _EXEC:
            begin = at + 1
        elif begin is not None and one in {";", "+"}:
            if at > begin:
                yield words[begin:at]
            begin = None


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in {"-n", "--interval"} else 1
    return words[at:]
