"""An agent that has spans of its steps, seen by the recording proxy as well: each counts once."""

from pathlib import Path
from typing import Any, Final

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json, Story, call, write
from tests.support.workspaces import contents, ingested, rows

ONE: Final = {"n": 1}


class Told:
    """What an agent tells of a run, and the proxy, each in a trace of its own."""

    def __init__(self) -> None:
        self.own = Story()
        self.seen = Story(trace=2, first_span=101)

    def agent(self, at: float, name: str, arguments: Any, seconds: float = 1, **more: Any) -> None:
        """The agent's own span of a tool."""
        self.own.tool(name, arguments, at=at, seconds=seconds, **more)

    def proxy(self, at: float, id: str, name: str, arguments: Any, **more: Any) -> None:
        """What the proxy knows of a tool: that it ran within ten seconds."""
        span = self.seen.tool(name, arguments, id=id, at=at, seconds=10, **more)
        _outside(span)

    def asked(self, at: float, *calls: Json, text: str | None = None, own: bool = True) -> None:
        """A request, which lasts a second on the wire and three in the agent."""
        more: dict[str, Any] = {"gen_ai.response.id": f"r-{at}"} if own else {}
        if own:
            span = self.own.llm(*calls, text=text, at=at - 1, input="Look.", **more)
            span["endTimeUnixNano"] = str(int((at + 2) * 1e9))
        _outside(self.seen.llm(*calls, text=text, at=at, input="Look.", **more))

    def calls(self, directory: Path) -> list[tuple[Any, ...]]:
        columns = ("name", "call_id", "result", "executed", "emitted")
        return rows(ingested(directory, [*self.own.spans, *self.seen.spans]), "calls", *columns)


def _outside(span: Json) -> None:
    span["attributes"].append({"key": "midspan.proxy.outside", "value": {"boolValue": True}})


@pytest.mark.parametrize(
    ("id", "name", "arguments"),
    [
        ("c-1", "look", ONE),
        ("c-1", "SimpleTool", '{"order": 1}'),
        (None, "look", '{"n": 1.0}'),
        (None, "mcp__shop__look", ONE),
        (None, "look", "1"),
    ],
    ids=str,
)
def test_the_agents_own_span_is_the_execution(
    tmp_path: Path, id: str | None, name: str, arguments: Any
) -> None:
    told = Told()
    told.asked(2, call("look", ONE, id="c-1"), own=False)
    told.agent(6, name, arguments, id=id, result="39.00")
    told.proxy(4, "c-1", "look", ONE, result="39")
    assert told.calls(tmp_path) == [("look", "c-1", "39.00", True, True)]
    spans = rows(Workspace(tmp_path / "ws"), "spans", "span_id", "duplicate_of")
    assert (f"{102:016x}", f"{1:016x}") in spans


def test_what_the_agents_own_does_not_show_is_told(tmp_path: Path) -> None:
    told = Told()
    told.asked(2, call("look", ONE, id="c-1"), own=False)
    told.agent(6, "look", None, result=None)
    for name in ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"):
        span = told.own.spans[0]
        span["attributes"] = [each for each in span["attributes"] if each["key"] != name]
    told.proxy(4, "c-1", "look", ONE, result="39")
    assert told.calls(tmp_path) == [("look", "c-1", "39", True, True)]


@pytest.mark.parametrize(
    ("at", "id", "name", "arguments"),
    [
        (6, None, "look", {"n": 2}),
        (6, None, "list", ONE),
        (6, "c-2", "look", ONE),
        (20, None, "look", ONE),
    ],
    ids=str,
)
def test_another_call_stays_beside_it(
    tmp_path: Path, at: float, id: str | None, name: str, arguments: Any
) -> None:
    told = Told()
    told.agent(at, name, arguments, id=id)
    told.proxy(4, "c-1", "look", ONE)
    assert len(told.calls(tmp_path)) == 2


def test_a_tool_that_begins_before_the_reply_has_ended_is_known_by_its_id(tmp_path: Path) -> None:
    told = Told()
    told.agent(2, "look", ONE, id="c-1")
    told.proxy(4, "c-1", "look", ONE)
    assert len(told.calls(tmp_path)) == 1


def test_each_stands_for_one_and_what_the_agent_does_not_trace_stays(tmp_path: Path) -> None:
    told = Told()
    told.asked(2, *(call("look", ONE, id=f"c-{n}") for n in (1, 2, 3)), own=False)
    told.agent(5, "look", ONE, result="first")
    told.agent(7, "look", ONE, result="second")
    for n in (3, 2, 1):
        told.proxy(4, f"c-{n}", "look", ONE, result=f"told {n}")
    assert sorted(told.calls(tmp_path), key=lambda row: str(row[1])) == [
        ("look", "c-1", "first", True, True),
        ("look", "c-2", "second", True, True),
        ("look", "c-3", "told 3", True, True),
    ]


def test_equal_calls_of_later_turns_are_told_apart_by_time(tmp_path: Path) -> None:
    told = Told()
    for n, at in enumerate((4, 24, 44)):
        told.proxy(at, f"c-{n}", "look", ONE, result=f"told {n}")
        if n != 1:  # the agent did not record it
            told.agent(at + 2, "look", ONE, result=f"own {n}")
    assert [(id, result) for _, id, result, *_ in told.calls(tmp_path)] == [
        ("c-0", "own 0"),
        ("c-1", "told 1"),
        ("c-2", "own 2"),
    ]


def _run() -> Told:
    told = Told()
    with told.own.agent("shop-agent", at=1), told.seen.agent("agent", at=2):
        told.asked(3, call("look", ONE, id="c-1"))
        told.agent(8, "look", ONE, result="own")
        told.proxy(6, "c-1", "look", ONE, result="told")
        told.asked(20, text="Done.")
    return told


def test_requests_count_once_with_and_without_a_response_id(tmp_path: Path) -> None:
    told = _run()
    last = told.own.spans[-1]
    last["attributes"] = [each for each in last["attributes"] if "response.id" not in each["key"]]
    workspace = ingested(tmp_path, [*told.own.spans, *told.seen.spans])
    columns = ("turns", "llm_calls", "calls", "input_tokens", "output_tokens")
    assert rows(workspace, "runs", *columns) == [(2, 2, 1, 200, 20)]


def test_the_agent_that_acts_is_the_one_that_says_so(tmp_path: Path) -> None:
    told = _run()
    for span in told.own.spans:
        if span["name"].startswith("chat"):  # the proxy knows more of it, and is kept
            drop = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
            span["attributes"] = [each for each in span["attributes"] if each["key"] not in drop]
    workspace = ingested(tmp_path, [*told.own.spans, *told.seen.spans])
    kept = [
        agent
        for kind, agent, twin in rows(workspace, "spans", "kind", "agent", "duplicate_of")
        if kind in ("llm", "tool") and twin is None
    ]
    assert kept == ["shop-agent"] * 3


def test_one_failure_is_told_in_two_ways(tmp_path: Path) -> None:
    told = Told()
    told.own.llm(error="RateLimitError: Error code: 429 - slow down", at=1, input="Look.")
    told.own.spans[0]["endTimeUnixNano"] = str(int(5e9))
    _outside(told.seen.llm(error="rate_limit: slow down", at=2, input="Look."))
    workspace = ingested(tmp_path, [*told.own.spans, *told.seen.spans])
    assert rows(workspace, "runs", "llm_calls") == [(1,)]


@pytest.mark.parametrize("later", ["own", "seen"])
def test_either_may_be_read_later(tmp_path: Path, later: str) -> None:
    told = _run()
    files = {"own": told.own.spans, "seen": told.seen.spans}
    first = "seen" if later == "own" else "own"
    once = ingested(tmp_path / "once", [*files[first], *files[later]])
    workspace = ingested(tmp_path, files[first])
    ingest([write(tmp_path / "later.jsonl", files[later])], tmp_path / "ws")
    assert contents(workspace) == contents(once)
    assert rows(workspace, "calls", "name", "result") == [("look", "own")]


def test_what_an_sdk_sends_again_is_one_request(tmp_path: Path) -> None:
    told = Told()
    told.own.llm(text="Yes.", at=1, input="Look.")
    told.own.spans[0]["endTimeUnixNano"] = str(int(9e9))
    _outside(told.seen.llm(error="rate_limit: slow down", at=2, input="Look."))
    _outside(told.seen.llm(text="Yes.", at=4, input="Look."))
    workspace = ingested(tmp_path, [*told.own.spans, *told.seen.spans])
    assert rows(workspace, "runs", "turns", "llm_calls") == [(1, 1)]
    kept = rows(workspace, "spans", "duplicate_of", "status", "error_type")
    assert [row[1:] for row in kept if row[0] is None] == [("ok", None)]


def test_another_request_that_failed_meanwhile_stays(tmp_path: Path) -> None:
    told = Told()
    told.own.llm(text="Yes.", at=1, input="Look.")
    told.own.spans[0]["endTimeUnixNano"] = str(int(9e9))
    _outside(told.seen.llm(error="rate_limit: slow down", at=2, input="List."))
    workspace = ingested(tmp_path, [*told.own.spans, *told.seen.spans])
    assert rows(workspace, "runs", "llm_calls") == [(2,)]
