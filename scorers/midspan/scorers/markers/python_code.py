"""Python code as syntax trees; of broken code as much as can be read."""

import ast
import re
import textwrap
import warnings
from typing import Final

from midspan.scorers.markers.python_names import Names, Used, used_names

LONGEST: Final = 200_000
"""Characters of a piece of code that are parsed; what follows is not looked at."""

PIECES: Final = 20
"""Pieces that broken code is read in: each begins after a line that is no Python."""

_MAGIC: Final = re.compile(r"(?m)^(?P<blank>[ \t]*)(?:%%?|!|\?)(?P<line>.*)$")
_SHELL_LINE: Final = re.compile(r"(?m)^[ \t]*(?:!|%(?:sx|system)[ \t]+|%pip|%conda)[ \t]*(.+)$")
_CELL: Final = re.compile(r"\s*%%(?:bash|sh|script\s+bash)\b.*\n")


def python_used(code: str, known: Names | None = None) -> Used:
    """Return what a piece of code calls and imports.

    >>> python_used("import numpy as np; print(np.zeros(3)").imports
    ('numpy',)
    """
    return used_names(parsed(code), known)


def shell_in(code: str) -> str | None:
    """Return the shell commands in a notebook's cell: `!ls`, or a cell that is `%%bash`."""
    if (cell := _CELL.match(code)) is not None:
        return code[cell.end() :]
    lines = [
        found[1] if "%" not in found[0][:8] else found[0].lstrip(" \t%")
        for found in _SHELL_LINE.finditer(code)
    ]
    return "\n".join(lines) or None


def parsed(code: str) -> list[ast.Module]:
    """Return the trees of a piece of code: one, or several of code that is broken."""
    code = code[:LONGEST].replace("\0", "")
    if _CELL.match(code):
        return []
    tree, _ = _tree(code)
    if tree is not None:
        return [tree]
    code = textwrap.dedent(_MAGIC.sub(r"\g<blank>pass", code))
    lines = code.split("\n")
    trees: list[ast.Module] = []
    for _ in range(PIECES):
        tree, wrong = _tree("\n".join(lines))
        if tree is not None:
            return [*trees, tree]
        at = max(0, min(wrong, len(lines)) - 1)
        trees += _before(lines[:at], lines[at])
        lines = textwrap.dedent("\n".join(lines[at + 1 :])).split("\n")
        if lines == [""]:
            break
    return trees


def _before(lines: list[str], wrong: str) -> list[ast.Module]:
    """Return the trees of what stands before a broken line, and of the line if it has one."""
    trees = []
    text = "\n".join(lines)
    for closed in (text, f"{text}\n{_indent(wrong)}pass"):
        tree, _ = _tree(closed)
        if tree is not None:
            trees.append(tree)
            break
    else:
        # A bracket that is never closed: simple statements stand by themselves.
        for line in (*lines, wrong)[: PIECES * 10]:
            tree, _ = _tree(line.strip())
            if tree is not None:
                trees.append(tree)
        return trees
    for piece in wrong.split(";"):
        tree, _ = _tree(piece.strip())
        if tree is not None:
            trees.append(tree)
    return trees


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _tree(code: str) -> tuple[ast.Module | None, int]:
    """Return the tree of some code, or the line that is wrong, from 1."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code), 0
    except SyntaxError as error:
        return None, error.lineno or 1
    except (ValueError, RecursionError, MemoryError):
        return None, 1
