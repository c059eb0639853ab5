"""Which tools an LLM call was offered, where its own span does not say."""

from collections.abc import Sequence

from midspan.pipelines.ingest.assembly.tree import Node, Tree
from midspan.pipelines.ingest.span import Tool

Tools = tuple[Tool, ...]


def hand_down_tools(tree: Tree) -> None:
    """Give LLM spans without tool definitions those that stand elsewhere.

    The definitions of an LLM call before, of the same agent; of a span around it; of the agent's
    creation; else those that the run's tool spans carry, if they cover all that was called.
    """
    nodes = tree.nodes
    if not any(node.span.tools for node in nodes):
        return
    around = _offering(tree)
    created = next((n.span.tools for n in nodes if n.span.kind == "agent" and n.span.tools), None)
    carried = _carried(nodes)
    stands_in = carried if carried and _covers(carried, nodes) else None
    latest: dict[str | None, Tools] = {}
    for node in nodes:
        span = node.span
        if span.kind != "llm":
            continue
        if span.tools is None:
            span.tools = latest.get(node.agent) or _tools_in(around, node) or created or stands_in
        if span.tools is not None:
            span.tools = latest[node.agent] = _with_schemas(span.tools, carried)


def _offering(tree: Tree) -> dict[Node, Node | None]:
    """Return for each span the nearest one around it that has tools, or may be given some."""
    found: dict[Node, Node | None] = {}
    for node in tree.outer_first:
        around = node.around
        if around is None or around.span.tools or around.span.kind == "llm":
            found[node] = around
        else:
            found[node] = found[around]
    return found


def _tools_in(around: dict[Node, Node | None], node: Node) -> Tools | None:
    at = around[node]
    while at is not None and not at.span.tools:
        at = around[at]
    return None if at is None else at.span.tools


def _with_schemas(tools: Tools, carried: Tools) -> Tools:
    """Return tools known by name alone with the schemas that tool spans carry."""
    if all(tool.schema is not None for tool in tools):
        return tools
    known = {tool.name: tool for tool in carried}
    return tuple(known.get(tool.name, tool) if tool.schema is None else tool for tool in tools)


def _carried(nodes: Sequence[Node]) -> Tools:
    spans = [node.span for node in nodes if node.span.kind == "tool"]
    found = {tool.name: tool for span in spans for tool in span.tools or ()}
    return tuple(found[name] for name in sorted(found))


def _covers(tools: Tools, nodes: Sequence[Node]) -> bool:
    known = {tool.name for tool in tools}
    return all(call.name in known for node in nodes for call in node.span.emitted or ())
