"""The files that shell commands read and write."""

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, join, normpath
from typing import Final, NamedTuple

from midspan.scorers.markers.shell.segment import Segment

_READERS: Final[Mapping[str, str]] = {
    "awk": "-F -v -f",
    "bat": "-l -r --language --line-range --style",
    "batcat": "-l -r --language --line-range --style",
    "cat": "",
    "cut": "-d -f -c -b",
    "diff": "-U -C",
    "egrep": "-e -f -m -A -B -C -D",
    "fgrep": "-e -f -m -A -B -C -D",
    "gawk": "-F -v -f",
    "grep": "-e -f -m -A -B -C -D -d --include --exclude --max-count --color",
    "head": "-n -c --lines --bytes",
    "hexdump": "-n -s -e",
    "jq": "-f --indent",
    "less": "",
    "mawk": "-F -v -f",
    "more": "-n",
    "nl": "-b -w -s -v",
    "od": "-A -t -N -j",
    "rg": "-e -f -m -A -B -C -g -t -T --glob --type --max-count --max-depth",
    "sed": "-e -f -l --expression --file",
    "sort": "-k -t -o -S -T",
    "strings": "-n",
    "tac": "",
    "tail": "-n -c --lines --bytes",
    "uniq": "-f -s -w",
    "xxd": "-l -s -c -g",
}
"""Programs that show what is in files, with their options that take the next word."""

_PATTERN_FIRST: Final = frozenset(
    {"awk", "egrep", "fgrep", "gawk", "grep", "jq", "mawk", "rg", "sed"}
)
_PATTERN_OPTIONS: Final = frozenset({"-e", "-f", "--expression", "--file", "--regexp"})
_NO_FILE: Final = frozenset({"-", "{}", "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr"})
_IN_PLACE: Final = re.compile(r"-[a-zA-Z]*i.*|--in-place(=.*)?")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")


class Written(NamedTuple):
    """A file that was written, and with what where that is known."""

    path: str
    content: str | None
    whole: bool
    """The content is all of the file, not a part of it."""


def read_paths(segment: Segment) -> Iterator[str]:
    """Yield the files that a command shows, or is fed from."""
    for redirect in segment.redirects:
        if redirect.operator.endswith("<") and redirect.target not in _NO_FILE:
            yield path_in(segment.folder, redirect.target)
    program = segment.program
    if program in {"source", "."} and segment.arguments:
        yield path_in(segment.folder, segment.arguments[0])
    if program in _READERS and not edits_in_place(segment):
        for operand in _operands(segment):
            if operand not in _NO_FILE:
                yield path_in(segment.folder, operand)


def written_files(segment: Segment) -> Iterator[Written]:
    """Yield the files that a command writes: by redirect, tee, an edit in place, cp and mv."""
    said = _said(segment)
    for redirect in segment.redirects:
        if redirect.writes and redirect.target not in _NO_FILE:
            path = path_in(segment.folder, redirect.target)
            yield Written(path, said, redirect.operator != ">>" and said is not None)
    plain = [one for one in segment.arguments if not one.startswith("-")]
    match segment.program:
        case "tee":
            appends = any(one in {"-a", "--append"} for one in segment.arguments)
            for path in plain:
                if path not in _NO_FILE:
                    whole = not appends and segment.stdin is not None
                    yield Written(path_in(segment.folder, path), segment.stdin, whole)
        case "sed" | "perl" if edits_in_place(segment):
            for path in _operands(segment):
                yield Written(path_in(segment.folder, path), " ".join(segment.arguments), False)
        case "cp" | "mv" | "install" | "ln":
            for path in _targets(segment, plain):
                yield Written(path_in(segment.folder, path), None, False)
        case "dd":
            for one in segment.arguments:
                if one.startswith("of=") and one[3:] not in _NO_FILE:
                    yield Written(path_in(segment.folder, one[3:]), None, False)


def path_in(folder: str, path: str) -> str:
    """Return a path in its shortest form, from where the text began."""
    whole = path if path.startswith(("/", "~", "$")) else join(folder, path)
    return normpath(whole) if whole else whole


def edits_in_place(segment: Segment) -> bool:
    """Return whether `sed` or `perl` writes the files that it reads."""
    return segment.program in {"sed", "perl"} and any(
        _IN_PLACE.fullmatch(one) for one in segment.arguments
    )


def _operands(segment: Segment) -> list[str]:
    """Return the words that name files: neither options nor their values nor the pattern."""
    program = segment.program
    valued = set(_READERS.get(program, "-e -E").split())
    operands: list[str] = []
    has_pattern = program not in _PATTERN_FIRST and program != "perl"
    words = iter(segment.arguments)
    for one in words:
        if one == "--":
            operands += words
        elif one.startswith("-") and one != "-":
            has_pattern = has_pattern or one in _PATTERN_OPTIONS or _perl_script(program, one)
            if one in valued or _perl_script(program, one):
                next(words, None)
        else:
            operands.append(one)
    if not has_pattern:
        operands = operands[1:]
    if program.endswith("awk"):
        operands = [one for one in operands if not _ASSIGNMENT.match(one)]
    return operands


def _perl_script(program: str, option: str) -> bool:
    return program == "perl" and option.endswith(("e", "E"))


def _targets(segment: Segment, plain: list[str]) -> list[str]:
    """Return where `cp` and its likes write; of a folder, the file in it."""
    arguments = segment.arguments
    for at, one in enumerate(arguments[:-1]):
        if one in {"-t", "--target-directory"}:
            folder = arguments[at + 1]
            return [join(folder, basename(path)) for path in plain if path != folder]
    if len(plain) < 2:
        return []
    *sources, target = plain
    if target.endswith("/") or len(sources) > 1 or target in {".", ".."}:
        return [join(target, basename(path)) for path in sources]
    return [target]


def _said(segment: Segment) -> str | None:
    """Return what a command prints, where its text says so."""
    if segment.program in {"cat", "tee"}:
        return segment.stdin
    if segment.program in {"echo", "printf"}:
        return " ".join(one for one in segment.arguments if one not in {"-e", "-n", "-ne", "-en"})
    return None
