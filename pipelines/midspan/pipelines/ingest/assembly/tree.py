"""The spans of one run as a tree: each knows the span around it, however deep the run goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from midspan.pipelines.ingest.span import Span

NEVER: Final = 2**63
_ON_THE_WAY: Final = -1


@dataclass(slots=True, eq=False)
class Node:
    """A span in its place, and what the spans beside it say of it."""

    span: Span
    around: "Node | None" = None
    """The span right around it."""
    depth: int = 0
    """How many there are from the outermost one down to it."""
    agent: str | None = None
    """The agent that acts: as named by the span, else by the nearest one around it."""
    scope: str = ""
    """The id of the nearest agent span around it, "" where there is none."""
    repeats: "Node | None" = None
    """The span that counts in its stead, as both record one call."""
    turn: int | None = None
    retries: "Node | None" = None
    """The LLM span whose failed request it sends again."""

    @property
    def counts(self) -> bool:
        """Return whether a span's tokens are its own, not repeated or summed."""
        return self.repeats is None and "aggregate" not in self.span.notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The spans of a run: in order of time, and each after those around it."""

    nodes: list[Node]
    outer_first: list[Node]

    def counted(self, kind: str) -> list[Node]:
        """Return the spans of a kind that count: not those that repeat another."""
        return [node for node in self.nodes if node.span.kind == kind and node.repeats is None]

    def nearest(self, kind: str, *, within: frozenset[str]) -> dict[Node, Node]:
        """Return for spans the nearest one of a kind around them.

        None where one of the kinds that it has to lie `within` is nearer.
        """
        found: dict[Node, Node] = {}
        for node in self.outer_first:
            around = node.around
            if around is None:
                continue
            if around.span.kind == kind:
                found[node] = around
            elif around.span.kind not in within and around in found:
                found[node] = found[around]
        return found


def order_of(span: Span) -> tuple[int, int, int, str]:
    """Return the sort key of spans: start, then end (never ended last), then id.

    Of LLM calls at one time, that comes later which was told more: what an agent tells grows.
    """
    told = len(span.input) if span.kind == "llm" and span.input is not None else 0
    return (span.start_ns, end_of(span), told, span.span_id)


def end_of(span: Span) -> int:
    """Return when a span ended; one that never did lasts longest."""
    return NEVER if span.end_ns is None else span.end_ns


def overlap(one: Span, other: Span) -> bool:
    """Return whether two spans ran at the same time."""
    return one.start_ns <= end_of(other) and other.start_ns <= end_of(one)


def tree_of(spans: Sequence[Span]) -> Tree:
    """Return the tree of a run's spans, whatever order they arrived in; orphans are noted."""
    nodes = [Node(span) for span in sorted(spans, key=order_of)]
    by_key = {(node.span.trace_id, node.span.span_id): node for node in nodes}
    for node in nodes:
        span = node.span
        if span.parent_id:
            node.around = by_key.get((span.trace_id, span.parent_id))
            if node.around is None:
                span.notes.append("orphan")
    outer_first: list[Node] = []
    for node in nodes:
        if not node.depth:
            outer_first += _placed(node)
    for node in outer_first:
        _inherit(node)
    return Tree(nodes=nodes, outer_first=outer_first)


def _placed(node: Node) -> list[Node]:
    """Return a span and those around it that have no place yet, outermost first.

    Spans that are parents of each other in a ring make no tree: the first of them that is met,
    which is the earliest, stands outside.
    """
    path: list[Node] = []
    at: Node | None = node
    while at is not None and not at.depth:
        at.depth = _ON_THE_WAY
        path.append(at)
        at = at.around
    if at is not None and at.depth == _ON_THE_WAY:
        at.around = None
        path.remove(at)
        path.append(at)
    path.reverse()
    for each in path:
        each.depth = 1 + (each.around.depth if each.around else 0)
    return path


def _inherit(node: Node) -> None:
    around = node.around
    if around is None:
        node.agent = node.span.agent or None
        return
    node.agent = node.span.agent or around.agent
    node.scope = around.span.span_id if around.span.kind == "agent" else around.scope
