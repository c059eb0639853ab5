"""The simple commands in a shell text, from its syntax tree; broken syntax costs only its place."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from posixpath import join, normpath
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser, Tree

from midspan.scorers.markers.shell.heredocs import lifted
from midspan.scorers.markers.shell.segment import Redirect, Segment
from midspan.scorers.markers.shell.words import source, word

DEEPEST: Final = 200
"""Levels of the syntax tree that are looked at."""

LONGEST: Final = 20_000
"""Characters of a text, without its heredocs, that are parsed."""

NESTED: Final = 40
"""Brackets in brackets; the parser needs time and memory out of all proportion beyond."""

LEAST_STEPS: Final = 100
BYTES_A_STEP: Final = 30
"""The parser tells of a step each 75 bytes or so of a usual text."""

BLOCK: Final = 4096

_OWN_SHELL: Final = {"subshell", "command_substitution", "process_substitution"}
_SUBSTITUTIONS: Final = {"command_substitution", "process_substitution"}
_SIMPLE: Final = {
    *("command", "declaration_command", "list", "negated_command", "pipeline"),
    "redirected_statement",
}
_BETWEEN: Final = {"heredoc_start", "heredoc_body", "heredoc_end", "heredoc_content"}
_NO_COMMAND: Final = {"comment", "raw_string", "ansi_c_string", "word", "number", "variable_name"}


def segments(text: str) -> list[Segment]:
    """Return the simple commands of a text in the order in which they stand there."""
    plain, bodies = lifted(text)
    tree = _tree(bounded(plain))
    if tree is None:
        return []
    reader = _Reader(bodies)
    reader.visit(tree.root_node, (), None, 0)
    return reader.found


def bounded(text: str) -> str:
    """Return the beginning of a text that can be parsed: not too long, not nested too deep."""
    text = text[:LONGEST]
    depth = 0
    if sum(map(text.count, "({[")) > NESTED:
        for at, character in enumerate(text):
            depth += (character in "({[") - (character in ")}]")
            if depth > NESTED:
                return text[:at]
    return text


def _tree(text: str) -> Tree | None:
    """Return the syntax tree; None of a text so tangled that it takes the parser too long."""
    data, steps = text.encode("utf-8", "replace"), 0
    most = LEAST_STEPS + len(data) // BYTES_A_STEP

    def enough(_offset: int, _failed: bool) -> bool:
        nonlocal steps
        steps += 1
        return steps > most

    try:
        return _parser().parse(lambda at, _point: data[at : at + BLOCK], progress_callback=enough)
    except ValueError:  # stopped
        return None


def _parser() -> Parser:
    # One each time: a parser that was stopped goes on where it was.
    return Parser(_language())


@cache
def _language() -> Language:
    return Language(tree_sitter_bash.language())


class _Reader:
    """Walks a syntax tree, and remembers folders and variables on the way."""

    def __init__(self, bodies: Mapping[str, str]) -> None:
        self.found: list[Segment] = []
        self.bodies = bodies
        self.folder = ""
        self.variables: dict[str, str] = {}

    def visit(
        self, node: Node, redirects: tuple[Redirect, ...], stdin: str | None, depth: int
    ) -> None:
        """Take the commands at or below a node; redirects and input come from around it."""
        if depth > DEEPEST or node.type in _NO_COMMAND:
            return
        if redirects and node.type not in _SIMPLE:
            # The redirect of a loop or a group is nobody's in particular.
            self.found.append(Segment((), source(node), stdin, redirects, self.folder))
            redirects = ()
        match node.type:
            case "command" | "declaration_command":
                self._command(node, redirects, stdin, depth)
            case "redirected_statement":
                self._redirected(node, redirects, stdin, depth)
            case "pipeline":
                self._pipeline(node.named_children, redirects, stdin, depth)
            case "list":
                # What is redirected at its end is that of the last command alone.
                *before, last = node.named_children
                self._all(before, (), None, depth)
                self.visit(last, redirects, stdin, depth + 1)
            case "variable_assignment":
                self._assign(node)
                self._all(node.named_children, (), None, depth)
            case kind if kind in _OWN_SHELL:
                folder, variables = self.folder, dict(self.variables)
                self._all(node.named_children, redirects, stdin, depth)
                self.folder, self.variables = folder, variables
            case _:
                self._all(node.named_children, redirects, stdin, depth)

    def _all(
        self,
        nodes: Iterable[Node],
        redirects: tuple[Redirect, ...],
        stdin: str | None,
        depth: int,
    ) -> None:
        for node in nodes:
            self.visit(node, redirects, stdin, depth + 1)

    def _command(
        self, node: Node, redirects: tuple[Redirect, ...], stdin: str | None, depth: int
    ) -> None:
        words: list[str] = []
        if node.type == "declaration_command" and node.children:
            words.append(source(node.children[0]))
        for child in node.named_children:
            if child.type == "herestring_redirect":
                stdin = self._herestring(child)
            elif child.type == "file_redirect":
                redirects = (*redirects, *self._redirect(child))
            elif child.type == "variable_assignment":
                if node.type == "declaration_command":
                    self._assign(child)
            elif child.type not in _BETWEEN and child.type != "ERROR":
                words.append(word(child, self.variables))
        # What a command substitutes is run before the command itself.
        self._substituted(node, depth)
        self.found.append(Segment(tuple(words), source(node), stdin, redirects, self.folder))
        if words and words[0] in {"cd", "pushd"} and len(words) > 1:
            self.folder = normpath(join(self.folder, words[-1]))

    def _substituted(self, node: Node, depth: int) -> None:
        """Take the commands in `$(...)`, backticks and `<(...)` within the words of a command."""
        if depth > DEEPEST:
            return
        for child in node.named_children:
            if child.type in _SUBSTITUTIONS:
                self.visit(child, (), None, depth + 1)
            elif child.type not in _NO_COMMAND:
                self._substituted(child, depth + 1)

    def _redirected(
        self, node: Node, redirects: tuple[Redirect, ...], stdin: str | None, depth: int
    ) -> None:
        bodies: list[Node] = []
        later: list[Node] = []
        for child in node.named_children:
            if child.type == "file_redirect":
                redirects = (*redirects, *self._redirect(child))
            elif child.type == "herestring_redirect":
                stdin = self._herestring(child)
            elif child.type == "heredoc_redirect":
                stdin = self._heredoc(child)
                for part in child.named_children:
                    if part.type == "file_redirect":
                        redirects = (*redirects, *self._redirect(part))
                    elif part.type == "heredoc_body":
                        self._substituted(part, depth)
                    elif part.type not in _BETWEEN:
                        later.append(part)
            else:
                bodies.append(child)
        before = len(self.found)
        if redirects and not bodies:
            self.found.append(Segment((), source(node), stdin, redirects, self.folder))
        for body in bodies:
            self.visit(body, redirects, stdin, depth + 1)
        for part in later:
            # `cat <<EOF | python`: the heredoc's text stands after the whole line.
            said = _printed(self.found[before:]) if part.type == "pipeline" else None
            self.visit(part, (), said, depth + 1)

    def _pipeline(
        self,
        nodes: Sequence[Node],
        redirects: tuple[Redirect, ...],
        stdin: str | None,
        depth: int,
    ) -> None:
        printed: str | None = None
        for number, node in enumerate(nodes):
            last = number == len(nodes) - 1
            before = len(self.found)
            fed = stdin if last and stdin is not None else printed
            self.visit(node, redirects if last else (), fed, depth + 1)
            printed = _printed(self.found[before:])

    def _assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None and value.type not in _OWN_SHELL:
            self.variables[source(name)] = word(value, self.variables)

    def _redirect(self, node: Node) -> Iterable[Redirect]:
        operator = "".join(source(child) for child in node.children if not child.is_named)
        target = node.child_by_field_name("destination")
        if target is not None and "&" not in operator.removeprefix("&>"):
            yield Redirect(operator, word(target, self.variables))

    def _heredoc(self, node: Node) -> str | None:
        for child in node.named_children:
            if child.type == "heredoc_body":
                text = source(child)
                return self.bodies.get(text.strip(), text)
        return None

    def _herestring(self, node: Node) -> str | None:
        return word(node.named_children[-1], self.variables) if node.named_children else None


def _printed(ran: list[Segment]) -> str | None:
    """Return what the last of some commands prints, where its text says so."""
    if not ran or any(one.writes for one in ran[-1].redirects):
        return None
    last = ran[-1]
    if last.program == "cat" and not last.arguments:
        return last.stdin
    if last.program in {"echo", "printf"}:
        return " ".join(one for one in last.arguments if one not in {"-e", "-n", "-ne", "-en"})
    return None
