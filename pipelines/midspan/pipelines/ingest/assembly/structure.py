"""The structure of one run: root, turns, provider retries and repeated spans."""

from collections.abc import Sequence
from dataclasses import dataclass

from midspan.pipelines.ingest.assembly.answered import is_unanswered
from midspan.pipelines.ingest.assembly.code_actions import mark_code_actions
from midspan.pipelines.ingest.assembly.emissions import complete_emissions
from midspan.pipelines.ingest.assembly.lost_calls import recover_lost_calls
from midspan.pipelines.ingest.assembly.offered_tools import hand_down_tools
from midspan.pipelines.ingest.assembly.repeats import mark_repeats
from midspan.pipelines.ingest.assembly.tree import Node, tree_of
from midspan.pipelines.ingest.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The spans of one run in order of time, and those of them that count as calls."""

    nodes: list[Node]
    root: Node | None
    llms: list[Node]
    tools: list[Node]


def read_structure(spans: Sequence[Span]) -> Structure:
    """Return the structure of a run's spans, whatever order they arrived in."""
    tree = tree_of(spans)
    mark_code_actions(tree)
    recover_lost_calls(tree)
    mark_repeats(tree)
    hand_down_tools(tree)
    llms = tree.counted("llm")
    _number_turns(llms)
    complete_emissions(llms)
    return Structure(
        nodes=tree.nodes, root=_root(tree.nodes), llms=llms, tools=tree.counted("tool")
    )


def _root(nodes: Sequence[Node]) -> Node | None:
    """Return the first span without a parent; an agent span before any other."""
    tops = [node for node in nodes if not node.span.parent_id]
    return next((node for node in tops if node.span.kind == "agent"), tops[0] if tops else None)


def _number_turns(llms: Sequence[Node]) -> None:
    """Number the LLM calls; a retry of a failed request stays in the turn of the first."""
    turns = 0
    before: dict[str, Node] = {}
    for node in llms:
        previous = before.get(node.scope)
        if previous is not None and _is_retry(node.span, of=previous.span):
            node.retries, node.turn = previous, previous.turn
        else:
            node.turn = turns
            turns += 1
        before[node.scope] = node


def _is_retry(span: Span, *, of: Span) -> bool:
    return is_unanswered(of) and span.input is not None and span.input == of.input
