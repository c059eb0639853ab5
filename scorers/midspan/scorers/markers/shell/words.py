"""Words of a shell text as the shell hands them on: quotes taken off, known variables filled in."""

import re
from collections.abc import Mapping
from typing import Final

from tree_sitter import Node

_ESCAPED: Final = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES: Final = re.compile(r'\\([$`"\\\n])')
_ANSI: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "0": "\0", "e": "\x1b"}
_NAME: Final = re.compile(r"\$\{?(\w+)\}?")


def source(node: Node) -> str:
    """Return what stands in the text."""
    return (node.text or b"").decode("utf-8", "replace")


def word(node: Node, variables: Mapping[str, str]) -> str:
    """Return one word as a program gets it; what only a run could tell stays as it is written."""
    match node.type:
        case "command_name" | "translated_string":
            return _joined(node, variables)
        case "concatenation":
            return "".join(word(child, variables) for child in node.children)
        case "raw_string":
            return source(node)[1:-1]
        case "ansi_c_string":
            return _ESCAPED.sub(lambda found: _ANSI.get(found[1], found[1]), source(node)[2:-1])
        case "string":
            return _quoted(node, variables)
        case "simple_expansion" | "expansion":
            written = source(node)
            name = _NAME.fullmatch(written)
            return variables.get(name[1], written) if name else written
        case "word":
            return _ESCAPED.sub(lambda found: found[1].strip("\n"), source(node))
    return source(node)


def _joined(node: Node, variables: Mapping[str, str]) -> str:
    parts = node.named_children
    return "".join(word(part, variables) for part in parts) if parts else source(node)


def _quoted(node: Node, variables: Mapping[str, str]) -> str:
    """Return the text between double quotes; blanks that no child of the node covers stay."""
    whole, parts, at = node.text or b"", [], 1
    for child in node.named_children:
        begin, end = child.start_byte - node.start_byte, child.end_byte - node.start_byte
        parts.append(_unescaped(whole[at:begin]))
        inner = child.type in {"simple_expansion", "expansion"}
        parts.append(word(child, variables) if inner else _unescaped(whole[begin:end]))
        at = end
    end = -1 if whole.endswith(b'"') and len(whole) > 1 else len(whole)
    parts.append(_unescaped(whole[at:end]))
    return "".join(parts)


def _unescaped(text: bytes) -> str:
    return _ESCAPED_IN_QUOTES.sub(
        lambda found: found[1].strip("\n"), text.decode("utf-8", "replace")
    )
