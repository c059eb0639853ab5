import json
from itertools import pairwise
from typing import Any

import pytest

from midspan.pipelines.ingest.assembly.lost_calls import recover_lost_calls
from midspan.pipelines.ingest.assembly.tree import Node, Tree
from midspan.pipelines.ingest.span import Emitted, Span
from tests.pipelines.ingest.normalise.raw_spans import normalised

REPLY: dict[str, Any] = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "schema", "messages", "AIMessage"],
    "kwargs": {
        "content": "",
        "type": "ai",
        "tool_calls": [],
        "invalid_tool_calls": [
            {
                "type": "invalid_tool_call",
                "id": "c4",
                "name": "convert_currency",
                "args": '{"amount": ',
                "error": "no JSON",
            }
        ],
    },
}


def lost() -> Span:
    return normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.finish_reasons": ["tool_call"],
            "gen_ai.output.messages": '[{"role": "assistant", "parts": []}]',
        }
    )


def step(output: Any, kind: str = "task") -> Span:
    return normalised(
        {
            "traceloop.span.kind": kind,
            "traceloop.entity.output": output if isinstance(output, str) else json.dumps(output),
        }
    )


def recovered(span: Span, *around: Span) -> Span:
    nodes = [Node(each) for each in (span, *around)]
    for inner, outer in pairwise(nodes):
        inner.around = outer
    recover_lost_calls(Tree(nodes=nodes, outer_first=nodes[::-1]))
    return span


def test_a_malformed_call_is_taken_from_the_step_around() -> None:
    output = {"outputs": [{"graph": None, "update": {"messages": [REPLY]}}], "kwargs": {}}
    span = recovered(lost(), step(output))
    assert span.emitted == [Emitted("c4", "convert_currency", '{"amount": ')]
    assert span.notes == ["rebuilt"]


def test_of_several_replies_the_last_counts() -> None:
    earlier = {"invalid_tool_calls": [{"type": "invalid_tool_call", "name": "other", "args": ""}]}
    span = recovered(lost(), step({"outputs": {"messages": [earlier, REPLY["kwargs"]]}}))
    assert [call.name for call in span.emitted or []] == ["convert_currency"]


@pytest.mark.parametrize(
    "around",
    [
        [],
        [step({"outputs": {"messages": [{"invalid_tool_calls": []}]}})],
        [step('{"outputs": [{"invalid_tool_calls": [')],
        [step({}), step(REPLY)],
        [step(REPLY, "agent")],
    ],
)
def test_elsewhere_nothing_is_found(around: list[Span]) -> None:
    span = recovered(lost(), *around)
    assert (span.emitted, span.notes) == ([], ["lost_call"])


def test_a_span_that_lost_nothing_stays() -> None:
    span = normalised({"gen_ai.operation.name": "chat"})
    assert recovered(span, step(REPLY)).emitted is None
