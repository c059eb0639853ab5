"""What one call did, read from its arguments: programs, files and Python code."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from midspan.scorers.markers.arguments import (
    CODE,
    EDITS,
    PART,
    PATCH,
    PATH,
    WHOLE,
    commands,
    texts,
)
from midspan.scorers.markers.patches import patched_files
from midspan.scorers.markers.python_code import shell_in
from midspan.scorers.markers.shell import Segment, Written, read_paths, started, written_files
from midspan.scorers.markers.shell.files import path_in
from midspan.scorers.markers.shell.started import PYTHON, module_of

SHOWN: Final = 200
"""Characters of what matched that are told."""

_LOOKS: Final = frozenset({"view", "read", "open", "cat", "list"})
_PATCHES: Final = ("*** Begin Patch", "*** Add File", "*** Update File", "--- ", "diff --git")


class Ran(NamedTuple):
    """A program that was started."""

    program: str
    arguments: str
    source: str


class Facts(NamedTuple):
    """What a call did, as far as its arguments say."""

    ran: tuple[Ran, ...] = ()
    read: tuple[str, ...] = ()
    written: tuple[Written, ...] = ()
    code: tuple[str, ...] = ()
    """Python code that stands by itself: scripts, `python -c`, heredocs."""
    cells: tuple[str, ...] = ()
    """Python code that goes on where the cell before it stopped."""
    scripts: tuple[str, ...] = ()
    """Python files that were run."""


class Doings(NamedTuple):
    """What a tool is for, as far as its arguments are read."""

    shell: bool = False
    read: bool = False
    write: bool = False
    python: bool = False
    search: bool = False


def facts_of(doings: Doings, arguments: str) -> Facts:
    """Return what a call did by its arguments, which are JSON."""
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return Facts()
    facts = _Gathered()
    if doings.shell:
        for text in commands(given):
            facts.shell(text)
    if isinstance(given, str):
        given = {"code": given}
    if isinstance(given, dict):
        if doings.python:
            for text in texts(given, CODE):
                facts.cell(text)
        looks = str(given.get("command", "")) in _LOOKS
        if doings.read or doings.search or (doings.write and looks):
            facts.reads.extend(path_in("", path) for path in texts(given, PATH))
        if doings.write and not looks:
            facts.write(given)
    return facts.done()


class _Gathered:
    """Facts as they are found."""

    def __init__(self) -> None:
        self.ran: list[Ran] = []
        self.reads: list[str] = []
        self.written: list[Written] = []
        self.code: list[str] = []
        self.cells: list[str] = []
        self.scripts: list[str] = []

    def done(self) -> Facts:
        """Return what was found, each thing once."""
        return Facts(
            tuple(dict.fromkeys(self.ran)),
            tuple(dict.fromkeys(self.reads)),
            tuple(dict.fromkeys(self.written)),
            tuple(dict.fromkeys(self.code)),
            tuple(self.cells),
            tuple(dict.fromkeys(self.scripts)),
        )

    def shell(self, text: str) -> None:
        """Take what a shell text does."""
        for segment in started(text):
            self._segment(segment)

    def cell(self, text: str) -> None:
        """Take a piece of code that a Python tool or notebook runs."""
        self.cells.append(text)
        if (line := shell_in(text)) is not None:
            self.shell(line)

    def write(self, given: dict[str, Any]) -> None:
        """Take what a tool that writes files writes."""
        if "new_source" in given and str(given.get("cell_type", "code")) == "code":
            self.cell(str(given["new_source"]))
        for one in _written_by(given):
            self._write(one)

    def _write(self, one: Written) -> None:
        self.written.append(one)
        if one.content:
            self.code += _code_in(one)

    def _segment(self, segment: Segment) -> None:
        if not segment.words:
            self.reads += read_paths(segment)
            for one in written_files(segment):
                self._write(one)
            return
        source = " ".join(segment.words)[:SHOWN]
        self.ran.append(Ran(segment.program, " ".join(segment.arguments), source))
        self.reads += read_paths(segment)
        for one in written_files(segment):
            self._write(one)
        if segment.stdin and segment.program in {"apply_patch", "patch", "git"}:
            for one in patched_files(segment.stdin):
                self._write(Written(path_in(segment.folder, one.path), one.content, one.whole))
        if segment.program == "apply_patch" and segment.arguments:
            for one in patched_files(segment.arguments[0]):
                self._write(Written(path_in(segment.folder, one.path), one.content, one.whole))
        if PYTHON.fullmatch(segment.program):
            self._python(segment)

    def _python(self, segment: Segment) -> None:
        """Take the code that `python` runs: of -c, of its input, or of a file."""
        if module_of(segment.words) is not None:
            return
        words = iter(segment.arguments)
        for one in words:
            if one == "-c":
                self.code += [next(words, "")]
                return
            if one in {"-W", "-X"}:
                next(words, None)
            elif one == "-" or not one.startswith("-"):
                if one != "-":
                    self.scripts.append(path_in(segment.folder, one))
                    return
                break
        if segment.stdin:
            self.code.append(segment.stdin)


def _written_by(given: dict[str, Any]) -> Iterator[Written]:
    for patch in texts(given, PATCH):
        if patch.lstrip().startswith(_PATCHES) or "\n+++ " in patch:
            yield from (one._replace(path=path_in("", one.path)) for one in patched_files(patch))
            return
    paths = [path_in("", path) for path in texts(given, PATH)]
    whole = next(texts(given, WHOLE), None)
    parts = [text for key in PART for text in texts(given, (key,))]
    for edits in (given.get(key) for key in EDITS):
        for edit in edits if isinstance(edits, list) else ():
            if isinstance(edit, dict):
                parts += [text for key in PART for text in texts(edit, (key,))]
                paths += [path_in("", path) for path in texts(edit, PATH)]
    for path in dict.fromkeys(paths):
        if whole is not None:
            yield Written(path, whole, True)
        for part in parts:
            yield Written(path, part, False)
        if whole is None and not parts:
            yield Written(path, None, False)


def _code_in(written: Written) -> Iterable[str]:
    """Yield the Python code in what was written, by the file's name or its first line."""
    path, content = written.path, written.content or ""
    if path.endswith(".ipynb"):
        yield from _notebook(content)
    elif path.endswith((".py", ".pyi", ".pyw")) or (
        content.startswith("#!") and "python" in content.partition("\n")[0]
    ):
        yield content


def _notebook(content: str) -> Iterator[str]:
    try:
        cells = json.loads(content).get("cells", [])
    except (ValueError, AttributeError, RecursionError):
        return
    code = []
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            code.append(source if isinstance(source, str) else "".join(map(str, source)))
    # One after the other: a name that a cell imports holds in those below.
    yield "\n".join(code)
