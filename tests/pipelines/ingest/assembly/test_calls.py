"""Logical calls: how emissions and executions find each other, and in what order they stand."""

import json
from pathlib import Path
from typing import Any

from tests.support.otlp import Story, attributes_of, call, offered
from tests.support.workspaces import Rows, ingested, rows

JOINED = ("call", "name", "raw_arguments", "turn", "position", "result", "emitted", "executed")


def calls(directory: Path, story: Story, *columns: str) -> Rows:
    return rows(ingested(directory, story.spans), "calls", *(columns or JOINED))


def test_parallel_calls_are_joined_by_id_and_ordered_by_execution(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("add", {"n": 1}, id="a"), call("add", {"n": 2}, id="b"))
        story.tool("add", {"n": 2}, id="b", result="two", at=5)
        story.tool("add", {"n": 1}, id="a", result="one", at=6)
    assert calls(tmp_path, story) == [
        (0, "add", '{"n":2}', 0, 1, "two", True, True),
        (1, "add", '{"n":1}', 0, 0, "one", True, True),
    ]


def test_calls_of_one_instant_stand_in_the_order_of_their_emission(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("first", {}, id="a"), call("second", {}, id="b"))
        story.tool("second", id="b", at=5)
        story.tool("first", id="a", at=5)
    assert calls(tmp_path, story, "call", "name") == [(0, "first"), (1, "second")]


def test_without_ids_equal_arguments_decide_and_then_the_order(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("add", {"n": 1}), call("add", {"n": 2}), call("sub", {"n": 3}))
        story.tool("sub", {"n": 3.0}, result="three")
        story.tool("add", {"n": 2}, result="two")
        story.tool("add", {"other": True}, result="one")
    assert calls(tmp_path, story) == [
        (0, "sub", '{"n":3}', 0, 2, "three", True, True),
        (1, "add", '{"n":2}', 0, 1, "two", True, True),
        (2, "add", '{"n":1}', 0, 0, "one", True, True),
    ]


def test_without_ids_an_execution_belongs_to_the_turn_before_it(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {"n": 1}))
        story.tool("look", {"n": 1}, result="one")
        story.llm(call("look", {"n": 1}))
        story.tool("look", {"n": 1}, result="again")
    assert calls(tmp_path, story, "turn", "result") == [(0, "one"), (1, "again")]


def test_an_id_used_in_every_turn_means_the_latest_call(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {"n": 1}, id="call_0"))
        story.tool("look", {"n": 1}, id="call_0", result="one")
        story.llm(call("look", {"n": 2}, id="call_0"))
        story.tool("look", {"n": 2}, id="call_0", result="two")
    assert calls(tmp_path, story, "turn", "raw_arguments", "result") == [
        (0, '{"n":1}', "one"),
        (1, '{"n":2}', "two"),
    ]


def test_emitted_but_not_executed(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {"n": 1}, id="a"))
    columns = (*JOINED, "span_id", "emitted_span_id", "start_ns", "failed", "fault")
    assert calls(tmp_path, story, *columns) == [
        (0, "look", '{"n":1}', 0, 0, None, True, False, *_ids(2, 2), None, None, None)
    ]


def test_executed_but_not_emitted(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(text="I look.")
        story.tool("look", {"n": 1}, id="a", result="one")
    columns = (*JOINED, "span_id", "emitted_span_id", "failed", "fault")
    assert calls(tmp_path, story, *columns) == [
        (0, "look", '{"n": 1}', None, None, "one", False, True, _id(3), None, False, "none")
    ]


def test_an_execution_without_any_model_span_is_a_call(tmp_path: Path) -> None:
    story = Story()
    story.tool("look", {"n": 1}, result="one")
    assert calls(tmp_path, story) == [(0, "look", '{"n": 1}', None, None, "one", False, True)]


def test_ids_that_differ_are_never_joined_by_place(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {}, id="a"))
        story.tool("look", id="b")
    assert calls(tmp_path, story, "call_id", "emitted", "executed") == [
        ("a", True, False),
        ("b", False, True),
    ]


def test_content_that_was_not_recorded_leaves_executions_alone(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(content=False)
        story.tool("look", id="a")
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "calls", "emitted", "executed", "turn") == [(False, True, None)]
    assert rows(workspace, "spans", "kind", "calls_emitted")[1] == ("llm", None)
    assert rows(workspace, "runs", "calls") == [(1,)]


def test_arguments_that_are_not_json_stay_as_they_are(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", '{"n": 1', id="a"))
        story.tool("look", '{"n": 1', id="a", error="ValueError: not JSON")
    columns = ("raw_arguments", "arguments", "arguments_hash", "json_valid", "fault", "failed")
    assert calls(tmp_path, story, *columns) == [
        ('{"n": 1', None, None, False, "model.unparseable", True)
    ]


def test_arguments_that_a_framework_printed_are_read_and_stay_as_printed(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        printed = story.tool("look", id="a")
        broken = story.tool("look", id="b")
    for span, written in ((printed, "{'n': 1.0, 'all': True}"), (broken, "{'n': 1,}")):
        span["attributes"] = attributes_of(
            {"openinference.span.kind": "TOOL", "tool.name": "look", "input.value": written}
        )
    columns = ("raw_arguments", "arguments", "json_valid", "fault", "notes")
    assert calls(tmp_path, story, *columns) == [
        ("{'n': 1.0, 'all': True}", '{"all":true,"n":1}', True, "none", ["unwrapped"]),
        ("{'n': 1,}", None, False, "model.unparseable", []),
    ]


def test_turns_of_one_instant_stand_in_the_order_of_what_the_model_was_told(
    tmp_path: Path,
) -> None:
    story = Story()
    history = [{"role": "user", "parts": [{"type": "text", "content": "look"}]}]
    told: dict[str, Any] = {"gen_ai.input.messages": json.dumps(history * 2)}
    with story.agent():
        story.llm(text="done", at=5, **told)
        story.llm(call("look", {}, id="a"), input="look", at=5)
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "calls", "name", "turn") == [("look", 0)]
    assert rows(workspace, "runs", "turns", "answer") == [(2, "done")]


def test_the_other_faults_of_a_model(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    story = Story()
    with story.agent():
        story.llm(
            call("look", {"n": "one"}, id="a"),
            call("fly", {}, id="b"),
            call("look", {"n": 1}, id="c"),
            tools=[offered("look", schema)],
        )
        story.tool("look", {"n": "one"}, id="a", error="TypeError: n is no number")
        story.tool("look", {"n": 1}, id="c")
    columns = ("name", "fault", "fault_rule", "schema_valid", "failed")
    assert calls(tmp_path, story, *columns) == [
        ("fly", "model.unknown_tool", "model.unknown_tool/not_offered", None, True),
        ("look", "model.bad_arguments", "model.bad_arguments/schema", False, True),
        ("look", "none", None, True, False),
    ]


def test_nested_tool_spans_are_one_call_on_the_outermost(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {"n": 1}, id="a"))
        outer = story.tool("look", {"n": 1}, id="a", result="one", seconds=3, at=4)
        client = story.tool("look", {"n": 1}, result="inner", parent=outer, at=5)
        story.tool("look", {"n": 1}, result="innermost", parent=client, at=5.5, seconds=0.1)
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "calls", "call", "span_id", "result") == [(0, _id(3), "one")]
    assert rows(workspace, "spans", "span_id", "duplicate_of")[2:] == [
        (_id(3), None),
        (_id(4), _id(3)),
        (_id(5), _id(3)),
    ]


def test_another_tool_inside_a_tool_is_a_call_of_its_own(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("research", {}, id="a"))
        outer = story.tool("research", id="a", result="found", seconds=9, at=4)
        with story.agent("researcher", parent=outer, at=5):
            story.llm(call("look", {}, id="b"), at=6)
            story.tool("look", id="b", result="seen", at=8)
    assert calls(tmp_path, story, "call", "name", "agent", "turn") == [
        (0, "research", "shop-agent", 0),
        (1, "look", "researcher", 1),
    ]


def test_agents_side_by_side_keep_their_calls_apart(tmp_path: Path) -> None:
    """Both use the same tool and ids, and the second asks before the first tool ran."""
    story = Story()
    with story.agent("lead"):
        with story.agent("one", at=2) as one:
            pass
        with story.agent("two", at=2) as two:
            pass
        story.llm(call("look", {"n": 1}, id="call_0"), parent=one, at=3)
        story.llm(call("look", {"n": 2}, id="call_0"), parent=two, at=4)
        story.tool("look", {"n": 1}, id="call_0", result="one", parent=one, at=6)
        story.tool("look", {"n": 2}, id="call_0", result="two", parent=two, at=7)
        story.llm(call("see", {"n": 3}), parent=one, at=10)
        story.llm(call("see", {"n": 4}), parent=two, at=11)
        story.tool("see", {"other": 3}, result="three", parent=one, at=12)
        story.tool("see", {"other": 4}, result="four", parent=two, at=13)
    assert calls(tmp_path, story, "agent", "raw_arguments", "result", "turn") == [
        ("one", '{"n":1}', "one", 0),
        ("two", '{"n":2}', "two", 1),
        ("one", '{"n":3}', "three", 2),
        ("two", '{"n":4}', "four", 3),
    ]


def _id(number: int) -> str:
    return f"{number:016x}"


def _ids(*numbers: int) -> tuple[str, ...]:
    return tuple(_id(number) for number in numbers)
