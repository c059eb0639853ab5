"""Tool spans of one call: wrappers around it, and twins beside each other."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from typing import Final

from midspan.pipelines.ingest.assembly.shown_arguments import canonical_shown
from midspan.pipelines.ingest.assembly.siblings import contains, siblings
from midspan.pipelines.ingest.assembly.tree import Node, Tree, end_of, overlap
from midspan.pipelines.ingest.span import Span

_ENDS: Final = frozenset({"agent", "llm"})
"""Kinds of spans beyond which nothing around is of the same call."""

_WRAPPED_AT_MOST: Final = 64
"""Tool spans around one of the same call, so that a tool which calls itself costs no more."""


def nested_tools(tree: Tree) -> Iterator[tuple[Node, Node]]:
    """Yield (inner, outermost) tool spans of one call, as around an MCP client's."""
    above = tree.nearest("tool", within=_ENDS)
    for node in tree.nodes if above else ():
        if node.span.kind != "tool":
            continue
        outermost, at = None, above.get(node)
        for _ in range(_WRAPPED_AT_MOST):
            if at is None:
                break
            if _same_tool(at.span, node.span):
                outermost = at
            at = above.get(at)
        if outermost is not None:
            yield node, outermost


def twin_tools(tools: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans of one tool call that lie beside each other, or in two traces."""
    by_id: dict[str, Node] = {}
    by_name: dict[str, list[Node]] | None = None
    taken: set[Node] = set()
    for node in tools:
        span = node.span
        if span.call_id is not None:
            first = by_id.setdefault(span.call_id, node)
            if first is not node and _same_call(first.span, span) and overlap(first.span, span):
                yield first, node
        elif span.input is None:
            by_name = _by_name(tools) if by_name is None else by_name
            kept = _around(span, by_name.get(bare_name(span.tool_name or ""), ()), taken)
            if kept is not None:
                taken.add(kept)
                yield kept, node


def sibling_tools(tools: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans of one tool call that two conventions wrote, one within the other.

    They were called with the same arguments, and no two ids tell them apart.
    """
    return siblings(tools, _called_at_once)


def _called_at_once(one: Span, other: Span) -> bool:
    return (
        None not in (one.input, other.input)
        and (contains(one, other) or contains(other, one))
        and (one.call_id is None or other.call_id is None)
        and _same_call(one, other)
    )


def _by_name(tools: Sequence[Node]) -> dict[str, list[Node]]:
    """Return the tool spans that have arguments, or may be given some, in order of time."""
    found: dict[str, list[Node]] = {}
    for node in tools:
        if node.span.input is not None or node.span.call_id is not None:
            found.setdefault(bare_name(node.span.tool_name or ""), []).append(node)
    return found


def _around(span: Span, nodes: Sequence[Node], taken: Set[Node]) -> Node | None:
    """Return the latest of some spans that has arguments and lasts as long as this one."""
    kept: Node | None = None
    for at in range(bisect_right(nodes, span.start_ns, key=_start) - 1, -1, -1):
        node = nodes[at]
        if kept is not None and node.span.start_ns < kept.span.start_ns:
            break
        if node not in taken and node.span.input is not None and end_of(span) <= end_of(node.span):
            kept = node
    return kept


def _start(node: Node) -> int:
    return node.span.start_ns


def _same_tool(one: Span, other: Span) -> bool:
    return bare_name(one.tool_name or "") == bare_name(other.tool_name or "") or (
        one.call_id is not None and one.call_id == other.call_id
    )


def bare_name(name: str) -> str:
    """Return a tool's name without the server or agent that it is prefixed with.

    >>> bare_name("mcp__shop__lookup_order"), bare_name("shop_agent.lookup_order")
    ('lookup_order', 'lookup_order')
    """
    if name.startswith("mcp__"):
        name = name.split("__", 2)[-1]
    return name.rpartition(".")[2] or name


def _same_call(one: Span, other: Span) -> bool:
    """Return whether two tool spans can be one call: agents side by side may use the same ids."""
    shown = [span for span in (one, other) if span.input is not None]
    arguments = {canonical_shown(span) or span.input for span in shown}
    return _same_tool(one, other) and len(arguments) < 2
