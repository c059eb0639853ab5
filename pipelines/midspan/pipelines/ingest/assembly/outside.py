"""Steps that the recording proxy saw from outside, of an agent that has spans of them itself.

The agent's spans lie in a trace of their own and often know no ids. Of a request the agent's span
lasts longer than the proxy's; of a tool it lies in the time between the reply that made the call
and the request that told of it, which is all that the proxy knows. The proxy's span of a tool gives
way to the agent's own, each to one; what the agent did not record stays.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Final

from midspan.pipelines.ingest.assembly.answered import is_unanswered
from midspan.pipelines.ingest.assembly.repeated_tools import bare_name
from midspan.pipelines.ingest.assembly.shown_arguments import canonical_shown
from midspan.pipelines.ingest.assembly.sibling_llms import (
    asked_the_same,
    same_model,
    same_request,
)
from midspan.pipelines.ingest.assembly.siblings import contains, richness
from midspan.pipelines.ingest.assembly.told_results import bare_id
from midspan.pipelines.ingest.assembly.tree import Node, Tree, end_of, overlap
from midspan.pipelines.ingest.content.document import parse
from midspan.pipelines.ingest.span import Span
from midspan.scorers.canonical import canonical_json

_LOOK_BACK_AT_MOST: Final = 64
"""Requests that are under way at one time, so that thousands that never ended cost no more."""

Keys = Callable[[Span], list[Hashable]]
"""By which names a span is found, the best first."""


def outside_llms(llms: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans of one request, where no response id tells it."""
    own = [node for node in llms if not node.span.outside]
    taken: set[Node] = set()
    for seen in llms if own else ():
        if not seen.span.outside:
            continue
        for node in _around(seen.span, own):
            if node not in taken and same_request(node.span, seen.span):
                taken.add(node)
                kept = max(node, seen, key=lambda each: richness(each.span))
                yield kept, seen if kept is node else node
                break


def failed_attempts(tree: Tree) -> Iterator[tuple[Node, Node]]:
    """Yield (attempt, request): an SDK that sends again has one span for all its attempts."""
    own = [node for node in tree.nodes if node.span.kind == "llm" and not node.span.outside]
    for seen in tree.counted("llm") if own else ():
        if not (seen.span.outside and is_unanswered(seen.span)):
            continue
        for node in _around(seen.span, own):
            if same_model(node.span, seen.span) and asked_the_same(node.span, seen.span):
                yield seen, node
                break


def _around(seen: Span, own: Sequence[Node]) -> Iterator[Node]:
    """Yield the agent's spans, latest first, that began before a request and ended after it."""
    at = bisect_right(own, seen.start_ns, key=lambda node: node.span.start_ns)
    nearest = reversed(own[max(0, at - _LOOK_BACK_AT_MOST) : at])
    return (node for node in nearest if contains(node.span, seen))


def outside_tools(tree: Tree) -> Iterator[tuple[Node, Node]]:
    """Yield (the agent's own, the proxy's) spans of one tool call.

    They have one call id, else one name and equal arguments, else one name and the agent's shows no
    arguments; then they ran at one time.
    """
    tools = tree.counted("tool")
    seen = [node for node in tools if node.span.outside]
    if not seen or len(seen) == len(tools):
        return
    places = _places(tree)
    seen.sort(key=lambda node: (node.span.start_ns, places.get(node.span.call_id or "", 0)))
    own = [node for node in tools if not node.span.outside]
    for own_keys, seen_keys in ((_id, _id), (_own_arguments, _arguments), (_unknown, _name)):
        pairs = dict(_paired(own, seen, own_keys, seen_keys))
        for other, kept in pairs.items():
            yield kept, other
        seen = [node for node in seen if node not in pairs]
        taken = {*pairs.values()}
        own = [node for node in own if node not in taken]


def _paired(
    own: Sequence[Node], seen: Sequence[Node], own_keys: Keys, seen_keys: Keys
) -> Iterator[tuple[Node, Node]]:
    """Yield each seen span that one of the agent's own stands for, and that one."""
    found: dict[Hashable, list[Node]] = defaultdict(list)
    for node in own:
        for key in own_keys(node.span):
            found[key].append(node)
    wanted = Counter(key for node in seen for key in seen_keys(node.span))
    for node in seen:
        for key in seen_keys(node.span):
            alone = own_keys is _id and wanted[key] == len(found.get(key, ())) == 1
            best = _best(found.get(key, []), node.span, alone=alone)
            if best is not None:
                found[key].remove(best)
                yield node, best
                break


def _best(nodes: list[Node], seen: Span, *, alone: bool) -> Node | None:
    """Return the first span within the time of one that was seen, else one that overlaps it."""
    if alone:  # a tool may be begun before the reply that calls it has ended
        return nodes[0]
    while nodes and end_of(nodes[0].span) < seen.start_ns:
        del nodes[0]  # those seen come in order of time: it is too early for all others as well
    best: Node | None = None
    for node in nodes:
        if node.span.start_ns > end_of(seen):
            break
        if not _may_be_one(node.span, seen) or not overlap(node.span, seen):
            continue
        if contains(seen, node.span):
            return node
        best = best or node
    return best


def _may_be_one(one: Span, other: Span) -> bool:
    ids = [span.call_id and bare_id(span.call_id) for span in (one, other)]
    return None in ids or ids[0] == ids[1]


def _id(span: Span) -> list[Hashable]:
    return [bare_id(span.call_id)] if span.call_id else []


def _name(span: Span) -> list[Hashable]:
    return [bare_name(span.tool_name or "")]


def _unknown(span: Span) -> list[Hashable]:
    return _name(span) if span.input is None else []


def _own_arguments(span: Span) -> list[Hashable]:
    shown = canonical_shown(span) or span.input
    return [] if shown is None else [(*_name(span), shown)]


def _arguments(span: Span) -> list[Hashable]:
    """Return the arguments; of a single one its bare value too: some tools show no more."""
    if span.input is None:
        return []
    shown = [canonical_shown(span) or span.input]
    arguments = parse(span.input)
    if isinstance(arguments, dict) and len(arguments) == 1:
        (value,) = arguments.values()
        shown += [canonical_json(value), *([value] if isinstance(value, str) else [])]
    return [(*_name(span), each) for each in shown]


def _places(tree: Tree) -> Mapping[str, int]:
    """Return call id -> its place among the calls of its reply."""
    return {
        call.id: place
        for node in tree.nodes
        for place, call in enumerate(node.span.emitted or ())
        if call.id is not None
    }
