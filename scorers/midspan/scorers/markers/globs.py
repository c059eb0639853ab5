"""Globs of markers as patterns of a linear-time engine, and what a text must hold to match."""

import re
from typing import Final

from midspan.scorers.globs import globs_pattern

_WILD: Final = re.compile(r"\[[^\]]*\]|[*?\[]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.@%+,:-]+")


def name_pattern(glob: str) -> str:
    """Return a pattern for names: `*` matches anything."""
    return globs_pattern([glob])


def path_pattern(glob: str) -> str:
    """Return a pattern for paths: `*` stays in a folder, `**` crosses folders.

    >>> path_pattern("**/cli/*.py")
    '^(?s:(?:.*/)?cli/[^/]*\\\\.py)$'
    """
    parts = glob.removeprefix("./").split("/")
    pattern = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pattern += ".*" if last else "(?:.*/)?"
        else:
            pattern += _in_folder(part) + ("" if last else "/")
    return f"^(?s:{pattern})$"


def literals(glob: str) -> list[str]:
    """Return texts that everything the glob matches contains, whatever stands around them.

    >>> literals("**/cli/agentic/*.py")
    ['agentic', 'cli', '.py']
    """
    plain = [part for piece in _WILD.split(glob) for part in _PLAIN.findall(piece)]
    return sorted((part for part in dict.fromkeys(plain) if part != "."), key=len, reverse=True)


def program_hint(glob: str) -> str:
    """Return a pattern of texts in which such a program may be started: its name as a word.

    >>> import re
    >>> hint = re.compile(program_hint("git"))
    >>> [bool(hint.search(text)) for text in (r"ls\\ngit log", "a/git/b", ".gitignore")]
    [True, False, False]
    """
    inside = _WILD.sub("*", glob)
    words = [re.escape(part) for part in _PLAIN.findall(inside.strip("*"))]
    if not words or "*" in inside.strip("*"):
        return ".*".join(words) and f"(?s){'.*'.join(words)}"
    before = "" if inside.startswith("*") else r"(?:^|[^\w.-]|\\[a-z])"
    after = "" if inside.endswith("*") else r"(?:$|[^\w./-])"
    return f"{before}{'.*'.join(words)}{after}"


def path_hint(glob: str) -> str:
    """Return a pattern of JSON in which a text ends like such a path; empty: any may.

    A path with a quotation mark in it is not found.

    >>> path_hint("**/test_*.py")
    'test_[^/]*\\\\.py"'
    """
    last = glob.rsplit("/", 1)[-1]
    escaped = '"' in last or "\\" in last or not last.isascii()
    return "" if escaped or not literals(last) else f'{_in_folder(last)}"'


def _in_folder(part: str) -> str:
    pattern, at = "", 0
    for wild in _WILD.finditer(part):
        pattern += re.escape(part[at : wild.start()])
        at = wild.end()
        match wild[0]:
            case "*":
                pattern += "[^/]*"
            case "?":
                pattern += "[^/]"
            case characters:
                pattern += globs_pattern([characters]).removeprefix("^(?s:").removesuffix(")$")
    return pattern + re.escape(part[at:])
