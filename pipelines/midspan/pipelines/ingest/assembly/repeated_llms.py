"""LLM spans of one call: wrappers around it, and twins of a second instrumentor."""

from collections.abc import Iterator, Sequence
from typing import Final

from midspan.pipelines.ingest.assembly.siblings import richness
from midspan.pipelines.ingest.assembly.tree import Node, Tree, overlap
from midspan.pipelines.ingest.span import Span

_ENDS: Final = frozenset({"agent", "tool"})
"""Kinds of spans beyond which nothing around is of the same call."""


def nested_llms(tree: Tree) -> Iterator[tuple[Node, Node]]:
    """Yield (outer, inner) spans of one LLM call, innermost first."""
    inside: dict[Node, list[Node]] = {}
    above = tree.nearest("llm", within=_ENDS)
    for node in tree.nodes if above else ():
        outer = above.get(node)
        if outer is not None and node.span.kind == "llm":
            inside.setdefault(outer, []).append(node)
    outer_ones = [node for node in tree.nodes if node in inside] if inside else []
    for node in sorted(outer_ones, key=lambda each: -each.depth):
        inner = inside[node]
        answered = [each for each in inner if _answered(each.span)]
        silent = {*inner}.difference(answered)
        for each in inner:
            if each in silent and not _failed(each.span):
                yield each, node
        if len(answered) == 1:
            yield node, answered[0]
        elif len(answered) > 1:
            node.span.kind = "chain"


def _answered(span: Span) -> bool:
    recorded = (span.output_tokens, span.emitted, span.text, span.response_id, span.finish_reason)
    return any(value is not None for value in recorded)


def _failed(span: Span) -> bool:
    return span.status == "error"


def twin_llms(llms: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans that hold the same response, and ran at the same time."""
    by_response: dict[str, list[Node]] = {}
    for node in llms:
        if node.span.response_id is not None:
            by_response.setdefault(node.span.response_id, []).append(node)
    for twins in by_response.values():
        if len(twins) == 1:
            continue
        kept = max(twins, key=lambda node: richness(node.span))
        for other in twins:
            # Test servers answer every request with one id: only what overlaps is the same call.
            if other is not kept and overlap(kept.span, other.span):
                yield kept, other
