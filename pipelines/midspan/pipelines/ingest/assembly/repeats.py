"""Spans that record what another span records: wrappers, twins of a second instrumentor, sums.

One call counts once. Of two spans of the same LLM call the innermost is kept, of two of the same
tool call the outermost; what the kept one lacks it takes from the others. Nothing is removed: a
repeating span stays in the tables and names the one it repeats.
"""

from midspan.pipelines.ingest.assembly.outside import (
    failed_attempts,
    outside_llms,
    outside_tools,
)
from midspan.pipelines.ingest.assembly.repeated_llms import nested_llms, twin_llms
from midspan.pipelines.ingest.assembly.repeated_tools import nested_tools, sibling_tools, twin_tools
from midspan.pipelines.ingest.assembly.shared_fields import SHARED_FIELDS
from midspan.pipelines.ingest.assembly.sibling_llms import sibling_llms
from midspan.pipelines.ingest.assembly.tree import Node, Tree
from midspan.pipelines.ingest.span import Span


def mark_repeats(tree: Tree) -> None:
    """Say of each span that repeats another which one is kept, and fill that from both.

    Wrappers of several LLM calls become kind chain on the way: they sum, and are no call.
    """
    for outer, inner in nested_llms(tree):
        _fold(outer, into=inner)
    for one, other in twin_llms(tree.counted("llm")):
        _fold(other, into=one)
    for one, other in sibling_llms(tree.counted("llm")):
        _fold(other, into=one)
    for one, other in outside_llms(tree.counted("llm")):
        _fold(other, into=one)
    for attempt, request in failed_attempts(tree):
        attempt.repeats = request  # what it failed of is not what came of the request
    for inner, outer in nested_tools(tree):
        _fold(inner, into=outer)
    for one, other in twin_tools(_own_tools(tree)):
        _fold(other, into=one)
    for one, other in sibling_tools(_own_tools(tree)):
        _fold(other, into=one)
    for one, other in outside_tools(tree):
        _fold(other, into=one)
    _mark_sums(tree)


def _fold(node: Node, *, into: Node) -> None:
    """Note that one span repeats another, and give the other what only this one knows."""
    if node.repeats is not None or node is into:
        return
    node.repeats = into
    span, kept = node.span, into.span
    for name in SHARED_FIELDS:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(span, name))
    if span.status == "error" and kept.status == "unset":
        kept.status = "error"
    if kept.outside and not span.outside:
        into.scope, into.agent = node.scope, node.agent


def _own_tools(tree: Tree) -> list[Node]:
    """Return the tool spans of agents themselves."""
    return [node for node in tree.counted("tool") if not node.span.outside]


def _mark_sums(tree: Tree) -> None:
    """Note the spans that only add up the tokens of LLM spans."""
    summing = [node.span for node in tree.nodes if node.span.kind != "llm" and _sums(node.span)]
    if summing and any(
        node.span.input_tokens is not None or node.span.output_tokens is not None
        for node in tree.counted("llm")
    ):
        for span in summing:
            if "aggregate" not in span.notes:
                span.notes.append("aggregate")


def _sums(span: Span) -> bool:
    return (
        span.input_tokens is not None
        or span.output_tokens is not None
        or span.cache_read_tokens is not None
        or span.cache_write_tokens is not None
        or span.reasoning_tokens is not None
    )
