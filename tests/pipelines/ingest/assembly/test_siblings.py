"""One call that two instrumentors wrote beside each other, and calls that only look so."""

from typing import Any, Final

import pytest

from midspan.pipelines.ingest.assembly.calls import join_calls
from midspan.pipelines.ingest.assembly.structure import read_structure
from midspan.pipelines.ingest.span import Emitted, Span

LOOK: Final = Emitted("c1", "look", '{"n": 1}')
OTHER_FORM: Final = Emitted(None, "look", '{"n":1}')
QUESTION: Final = '[{"role":"user","parts":[{"type":"text","content":"Is a in?"}]}]'
ANOTHER: Final = '[{"role":"user","parts":[{"type":"text","content":"Is b in?"}]}]'


def llm(number: int, dialect: str, start: int, end: int | None, **fields: Any) -> Span:
    said = {
        "request_model": "gpt-4o",
        "input_tokens": 100,
        "output_tokens": 20,
        "text": "yes",
        "parent_id": _id(1),
    }
    return Span(
        trace_id="a" * 32,
        span_id=_id(number),
        kind="llm",
        name="chat",
        start_ns=start,
        end_ns=end,
        dialect=dialect,
        notes=[],
        **{"status": "unset", **said, **fields},
    )


def tool(number: int, dialect: str, start: int, end: int, **fields: Any) -> Span:
    shown = {"tool_name": "look", "input": '{"n": 1}', "text": None, "input_tokens": None}
    said = {"output_tokens": None, "request_model": None, "output": "ok"}
    span = llm(number, dialect, start, end, **(shown | said | fields))
    span.kind = "tool"
    return span


def agent(number: int = 1, parent: str | None = None) -> Span:
    return Span(
        trace_id="a" * 32,
        span_id=_id(number),
        parent_id=parent,
        kind="agent",
        name="agent",
        start_ns=1,
        end_ns=1000,
        status="ok",
        dialect="openinference",
        notes=[],
    )


def repeats(*spans: Span) -> dict[int, int]:
    """Return the number of each span that repeats another -> that one's number."""
    nodes = read_structure([agent(), *spans]).nodes
    return {
        _number(node.span): _number(node.repeats.span) for node in nodes if node.repeats is not None
    }


def test_of_two_conventions_the_richer_span_counts_and_knows_what_both_know() -> None:
    poor = llm(2, "openinference", 10, 90, emitted=[], cost_usd=0.5)
    rich = llm(3, "openllmetry", 12, 88, emitted=[], provider="openai", finish_reason="stop")
    assert repeats(poor, rich) == {2: 3}
    assert (rich.cost_usd, rich.provider) == (0.5, "openai")


def test_each_call_of_a_run_counts_once_and_none_is_left_unexecuted() -> None:
    spans = [
        agent(),
        llm(2, "openinference", 10, 90, text=None, emitted=[LOOK]),
        llm(3, "openllmetry", 12, 88, text=None, emitted=[OTHER_FORM]),
        llm(4, "openinference", 110, 190, emitted=[]),
        llm(5, "openllmetry", 112, 188, emitted=[]),
    ]
    spans += [tool(9, "openinference", 95, 99), tool(8, "openllmetry", 96, 98, input='{"n":1}')]
    structure = read_structure(spans)
    assert [(_number(node.span), node.turn) for node in structure.llms] == [(2, 0), (4, 1)]
    assert [(call.name, call.turn, call.executed) for call in join_calls(structure)] == [
        ("look", 0, True)
    ]


def test_a_call_id_is_enough_where_clocks_and_counts_differ() -> None:
    one = llm(2, "openinference", 10, 90, emitted=[LOOK], input_tokens=100)
    other = llm(3, "openllmetry", 12, 95, emitted=[LOOK], input_tokens=90)
    assert repeats(one, other) == {3: 2}


def test_a_failure_that_both_saw_is_one() -> None:
    failed = {"status": "error", "text": None, "input_tokens": None, "output_tokens": None}
    one = llm(2, "openinference", 10, 90, error_message="429", **failed)
    other = llm(3, "openllmetry", 12, 88, error_message="429", **failed)
    assert repeats(one, other) == {3: 2}


def test_a_model_may_be_named_with_its_date() -> None:
    one = llm(2, "openinference", 10, 90, request_model="gpt-4o-2024-08-06")
    assert repeats(one, llm(3, "openllmetry", 12, 88)) == {3: 2}


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "no"},
        {"output_tokens": 21},
        {"input_tokens": 7},
        {"request_model": "o3"},
        {"emitted": [LOOK]},
        {"response_id": "r2"},
        {"input": ANOTHER},
        {"dialect": "openinference"},
        {"start_ns": 40, "end_ns": 140},
        {"start_ns": 91, "end_ns": 99},
        {"text": None, "output_tokens": None},
    ],
    ids=str,
)
def test_requests_that_run_side_by_side_stay_two(fields: dict[str, Any]) -> None:
    one = llm(2, "openinference", 10, 90, emitted=[], response_id="r1", input=QUESTION)
    other = llm(3, "openllmetry", 12, 88, input=QUESTION)
    for name, value in fields.items():
        setattr(other, name, value)
    assert repeats(one, other) == {}


def test_calls_of_other_agents_stay_apart() -> None:
    helper = agent(7, parent=_id(1))
    one = llm(2, "openinference", 10, 90)
    assert repeats(helper, one, llm(3, "openllmetry", 12, 88, parent_id=_id(7))) == {}


def test_of_equal_calls_at_one_time_as_many_are_left_as_were_made() -> None:
    spans = [
        llm(2, "openinference", 10, 90),
        llm(3, "openinference", 11, 91),
        llm(4, "openllmetry", 12, 88),
        llm(5, "openllmetry", 13, 89),
    ]
    assert sorted(repeats(*spans)) == [4, 5]
    assert sorted(repeats(*spans).values()) == [2, 3]


def test_a_tool_call_of_two_conventions_is_one() -> None:
    assert repeats(
        tool(2, "openinference", 10, 90, call_id="c1"), tool(3, "openllmetry", 12, 88)
    ) == {3: 2}


@pytest.mark.parametrize(
    "fields",
    [
        {"input": '{"n": 2}'},
        {"input": '{"n": '},
        {"call_id": "c2"},
        {"tool_name": "list"},
        {"dialect": "openinference"},
        {"start_ns": 40, "end_ns": 140},
    ],
    ids=str,
)
def test_tools_that_run_side_by_side_stay_two(fields: dict[str, Any]) -> None:
    one, other = tool(2, "openinference", 10, 90, call_id="c1"), tool(3, "openllmetry", 12, 88)
    for name, value in fields.items():
        setattr(other, name, value)
    assert repeats(one, other) == {}


def test_tools_with_other_broken_arguments_stay_two() -> None:
    one, other = tool(2, "openinference", 10, 90), tool(3, "openllmetry", 12, 88)
    one.input, other.input = '{"n": 1', '{"n": 2'
    assert repeats(one, other) == {}


def test_thousands_of_spans_that_never_ended_are_read() -> None:
    spans = [llm(n, f"d{n % 2}", n, None, text=str(n)) for n in range(2, 5_000)]
    assert repeats(*spans) == {}


def _id(number: int) -> str:
    return f"{number:016x}"


def _number(span: Span) -> int:
    return int(span.span_id, 16)
