"""Spans of one call beside each other, as two instrumentors write them that do not nest."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from midspan.pipelines.ingest.assembly.shared_fields import SHARED_FIELDS
from midspan.pipelines.ingest.assembly.tree import Node, end_of
from midspan.pipelines.ingest.span import Span

_LOOK_BACK_AT_MOST: Final = 64
"""Calls that run at one time, so that thousands of spans that never ended cost no more."""


def siblings(
    nodes: Sequence[Node], same_call: Callable[[Span, Span], bool]
) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans of one call that different conventions wrote, in one agent's trace.

    The nodes come in order of time. One span of each convention at most is taken for a call, so as
    many remain as were made.
    """
    if len({node.span.dialect for node in nodes}) < 2:
        return
    places: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in nodes:
        places[node.span.trace_id, node.scope].append(node)
    for beside in places.values():
        for twins in _calls(beside, same_call):
            kept = max(twins, key=lambda node: richness(node.span))
            yield from ((kept, node) for node in twins if node is not kept)


def contains(one: Span, other: Span) -> bool:
    """Return whether a span ran while another did, from beginning to end."""
    return one.start_ns <= other.start_ns and end_of(other) <= end_of(one)


def richness(span: Span) -> tuple[int, int]:
    """Return how much a span knows, to tell which one of several is kept."""
    filled = sum(getattr(span, name) is not None for name in SHARED_FIELDS)
    return (int(span.emitted is not None), filled)


def _calls(nodes: Sequence[Node], same_call: Callable[[Span, Span], bool]) -> Iterator[list[Node]]:
    """Yield the spans of each call."""
    open_: list[list[Node]] = []
    for node in nodes:
        running: list[list[Node]] = []
        for twins in open_:
            if node.span.start_ns <= end_of(twins[0].span):
                running.append(twins)
            else:
                yield twins
        own = next((twins for twins in reversed(running) if _belongs(node, twins, same_call)), None)
        if own is None:
            running.append([node])
        else:
            own.append(node)
        yield from running[:-_LOOK_BACK_AT_MOST]
        open_ = running[-_LOOK_BACK_AT_MOST:]
    yield from open_


def _belongs(node: Node, twins: Sequence[Node], same_call: Callable[[Span, Span], bool]) -> bool:
    return all(
        node.span.dialect != twin.span.dialect and same_call(node.span, twin.span) for twin in twins
    )
