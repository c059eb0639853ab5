"""Turns, provider retries, roots, orphans and agents of a run."""

from pathlib import Path
from typing import Any, Final

import pytest

from midspan.pipelines.ingest.assembly.run_row import run_row
from midspan.pipelines.ingest.assembly.structure import read_structure
from midspan.pipelines.ingest.span import Span
from midspan.scorers.tables import RUNS
from tests.pipelines.ingest.stories import planned
from tests.support.otlp import RUN, SECOND, Story, attributes_of, call
from tests.support.workspaces import ingested, rows

TEXT: Final = '{"role": "assistant", "parts": [{"type": "text", "content": "No"}]}'
SAID: Final[dict[str, Any]] = {"gen_ai.output.messages": f"[{TEXT}]"}


def test_a_retry_of_the_provider_stays_in_its_turn(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(input="hello", error="Timeout: no answer within 30 s")
        story.llm(input="hello", error="Timeout: no answer within 30 s")
        story.llm(input="hello", text="Hello!")
        story.llm(input="hello", text="Hello again!")
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "span_id", "turn", "retry_of")[1:] == [
        (_id(2), 0, None),
        (_id(3), 0, _id(2)),
        (_id(4), 0, _id(3)),
        (_id(5), 1, None),
    ]
    # Requests that failed before any answer have no tokens to lack.
    assert rows(workspace, "runs", "turns", "llm_calls", "input_tokens") == [(2, 4, 200)]


def test_what_a_proxy_says_of_a_failure_is_no_answer_of_the_model(tmp_path: Path) -> None:
    story = Story()
    failed: dict[str, Any] = {"error": "HTTPStatusError: 503", **SAID}
    with story.agent(output=None):
        story.llm(input="hello", **failed)
        story.llm(input="hello", text="Hello!")
        story.llm(input="bye", **failed)
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "turn", "retry_of")[1:] == [(0, None), (0, _id(2)), (1, None)]
    assert rows(workspace, "runs", "turns", "input_tokens", "answer") == [(2, 100, None)]


@pytest.mark.parametrize(
    ("sign", "tokens"),
    [
        ({"gen_ai.usage.input_tokens": 90, "gen_ai.usage.output_tokens": 4}, 14),
        ({"gen_ai.response.finish_reasons": ["stop"]}, None),
    ],
)
def test_a_model_that_was_broken_off_has_answered(
    tmp_path: Path, sign: dict[str, Any], tokens: int | None
) -> None:
    story = Story()
    with story.agent(output=None):
        story.llm(input="hello", error="ReadError: lost", **(SAID | sign))
        story.llm(input="hello", text="Hello!")
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "turn", "retry_of")[1:] == [(0, None), (1, None)]
    assert rows(workspace, "runs", "turns", "output_tokens") == [(2, tokens)]


def test_a_failed_turn_with_another_request_is_a_turn(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(input="hello", error="Timeout: no answer within 30 s")
        story.llm(input="shorter", text="Hello!")
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "turn", "retry_of")[1:] == [(0, None), (1, None)]


def test_a_retry_is_looked_for_within_its_own_agent(tmp_path: Path) -> None:
    story = Story()
    with story.agent("lead"):
        with story.agent("one", at=2) as one:
            pass
        with story.agent("two", at=2) as two:
            pass
        story.llm(input="hello", parent=one, error="Timeout: no answer", at=3)
        story.llm(input="hello", parent=two, text="Hello!", at=4)
        story.llm(input="hello", parent=one, text="Hello!", at=5)
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "agent", "turn", "retry_of")[3:] == [
        ("one", 0, None),
        ("two", 1, None),
        ("one", 0, _id(4)),
    ]


def test_tokens_are_null_when_one_turn_lacks_them(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(tokens=(10, 1))
        story.llm(tokens=None)
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "runs", "input_tokens", "output_tokens") == [(None, None)]


def test_an_agent_is_the_root_before_any_other_span_on_top(tmp_path: Path) -> None:
    story = Story()
    story.tool("warm_up")
    with story.agent():
        story.llm(text="done")
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "runs", "root_span_id", "status") == [(_id(2), "ok")]


def test_a_failed_root_fails_the_run_and_is_no_answer(tmp_path: Path) -> None:
    story = Story()
    with story.agent(output="MaxSteps: 20 steps", error="MaxSteps: 20 steps"):
        story.llm(call("look", {}))
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "runs", "status", "answer") == [("error", None)]


def test_without_a_root_the_run_is_incomplete_and_its_spans_orphans(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(text="half")
    workspace = ingested(tmp_path, story.spans[1:])
    assert rows(workspace, "runs", "status", "root_span_id") == [("incomplete", None)]
    assert rows(workspace, "spans", "notes") == [(["orphan"],)]


@pytest.mark.parametrize(
    ("end", "ended", "notes", "status"),
    [
        ("0", None, ["unended"], "incomplete"),
        (str(2**63), None, ["unended"], "incomplete"),
        (str(1), SECOND, ["clock_skew"], "ok"),
    ],
)
def test_ends_that_cannot_be(
    tmp_path: Path, end: str, ended: int | None, notes: list[str], status: str
) -> None:
    story = Story()
    with story.agent() as root:
        pass
    root["endTimeUnixNano"] = end
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "spans", "end_ns", "notes") == [(ended, notes)]
    assert rows(workspace, "runs", "status") == [(status,)]


@pytest.mark.parametrize("parent", ["", "0" * 16, None])
def test_how_exporters_write_that_there_is_no_parent(tmp_path: Path, parent: str | None) -> None:
    story = Story()
    with story.agent() as root:
        pass
    root["parentSpanId"] = parent
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "runs", "root_span_id", "status") == [(_id(1), "ok")]


def test_spans_that_are_each_others_parents_are_read(tmp_path: Path) -> None:
    story = Story()
    one, two = story.tool("one"), story.tool("two")
    one["parentSpanId"], two["parentSpanId"] = two["spanId"], one["spanId"]
    workspace = ingested(tmp_path, story.spans)
    assert rows(workspace, "calls", "name") == [("one",), ("two",)]
    assert rows(workspace, "runs", "run_id", "status") == [(RUN, "incomplete")]


def test_the_context_of_the_root_wins_and_the_conflict_is_noted(tmp_path: Path) -> None:
    story = Story(task="early", trial=2)
    story.llm(text="x")
    other = Story(task="root", first_span=10, second=5)
    with other.agent():
        pass
    workspace = ingested(tmp_path, [*story.spans, *other.spans])
    assert rows(workspace, "runs", "task", "trial", "notes") == [
        ("root", 2, ["context_conflict"]),
    ]


def test_the_model_is_the_one_that_all_turns_name(tmp_path: Path) -> None:
    named, mixed, said = Story(run_id="1" * 32), Story(run_id="2" * 32, trace=2), Story(trace=3)
    mini: dict[str, Any] = {"gen_ai.request.model": "gpt-4.1-nano"}
    with named.agent():
        named.llm(text="done")
        named.llm(text="done")
    with mixed.agent():
        mixed.llm(text="done")
        mixed.llm(text="done", **mini)
    with said.agent() as root:
        said.llm(text="done")
    root["attributes"] += attributes_of({"midspan.model": "qwen3"})
    workspace = ingested(tmp_path, named.spans + mixed.spans + said.spans)
    assert rows(workspace, "runs", "run_id", "model") == [
        ("1" * 32, "gpt-4.1-mini"),
        ("2" * 32, None),
        (RUN, "qwen3"),
    ]


def test_a_planned_run_has_the_model_of_its_plan_or_none() -> None:
    span = Span(
        trace_id="a" * 32,
        span_id=_id(1),
        parent_id=None,
        kind="llm",
        name="chat",
        start_ns=1,
        end_ns=2,
        status="ok",
        dialect="other",
        request_model="gpt-4o",
    )
    structure = read_structure([span])
    column = RUNS.schema.names().index("model")
    plans = (None, planned(), planned(model="mini"))
    models = [run_row(RUN, structure, [], plan, None, 0)[column] for plan in plans]
    assert models == ["gpt-4o", None, "mini"]


def _id(number: int) -> str:
    return f"{number:016x}"
