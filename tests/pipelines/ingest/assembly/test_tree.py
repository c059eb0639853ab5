"""Where spans lie in their run, however deep it goes and whatever is wrong with it."""

from itertools import cycle

import pytest

from midspan.pipelines.ingest.assembly.structure import read_structure
from midspan.pipelines.ingest.assembly.tree import Node, tree_of
from midspan.pipelines.ingest.span import Span

TRACE = "a" * 32
DEEP = 20_000


def span(number: int, parent: int | None, kind: str = "chain", **fields: object) -> Span:
    return Span(
        trace_id=TRACE,
        span_id=_id(number),
        parent_id=None if parent is None else _id(parent),
        kind=kind,
        name="step",
        start_ns=number,
        end_ns=2 * DEEP - number,
        status="ok",
        dialect="other",
        notes=[],
        **fields,  # type: ignore[arg-type]
    )


def test_agents_and_scopes_come_from_the_nearest_span_around() -> None:
    spans = [
        span(1, None, "agent", agent="lead"),
        span(2, 1),
        span(3, 2, "agent", agent="helper"),
        span(4, 3, "llm"),
        span(5, 2, "tool"),
    ]
    nodes = tree_of(spans[::-1]).nodes
    assert [(each.agent, each.scope, each.depth) for each in nodes] == [
        ("lead", "", 1),
        ("lead", _id(1), 2),
        ("helper", _id(1), 3),
        ("helper", _id(3), 4),
        ("lead", _id(1), 3),
    ]


def test_a_span_that_starts_before_its_parent_still_stands_below_it() -> None:
    tree = tree_of([span(1, 3, "llm"), span(2, 1), span(3, None, "agent")])
    assert [_number(node) for node in tree.nodes] == [1, 2, 3]
    assert [_number(node) for node in tree.outer_first] == [3, 1, 2]


def test_an_orphan_is_noted_and_stands_outside() -> None:
    nodes = tree_of([span(1, 7), span(2, 1)]).nodes
    assert [(each.span.notes, each.depth) for each in nodes] == [(["orphan"], 1), ([], 2)]


def test_of_spans_in_a_ring_the_earliest_stands_outside() -> None:
    spans = [span(2, 4), span(3, 2), span(4, 3), span(5, 4), span(6, 6)]
    found = {_number(node): node.around and _number(node.around) for node in tree_of(spans).nodes}
    assert found == {2: None, 3: 2, 4: 3, 5: 4, 6: None}
    again = {_number(n): n.around and _number(n.around) for n in tree_of(spans[::-1]).nodes}
    assert again == found


@pytest.mark.parametrize("ring", [False, True])
@pytest.mark.parametrize(
    "kinds", [["chain"], ["llm"], ["tool"], ["agent", "chain", "llm", "tool"]], ids="-".join
)
def test_a_run_may_be_as_deep_as_it_likes(kinds: list[str], ring: bool) -> None:
    # Were each span to hold those around it, this would take minutes and gigabytes.
    first = DEEP if ring else None
    deep = [
        span(number, number - 1 if number > 1 else first, kind, tool_name="search")
        for number, kind in zip(range(1, DEEP + 1), cycle(kinds), strict=False)
    ]
    nodes = read_structure(deep).nodes
    assert [node.depth for node in nodes] == list(range(1, DEEP + 1))


def _id(number: int) -> str:
    return f"{number:016x}"


def _number(node: Node) -> int:
    return int(node.span.span_id, 16)
