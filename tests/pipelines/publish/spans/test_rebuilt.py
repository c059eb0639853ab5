"""Which spans are made of a workspace, and what of them is not the same for every kind."""

import json
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.plan import Walk
from midspan.pipelines.publish.spans import rebuilt
from midspan.pipelines.publish.spans.attributes import set_attributes
from midspan.pipelines.publish.spans.carried import carried
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json, Story, call, with_attributes
from tests.support.recordings import FOLDER
from tests.support.republished import attributes, pieces, plain
from tests.support.workspaces import ingested


def steps() -> list[Json]:
    story = Story(experiment="shop")
    with story.agent(input="Refund order 7?", output="39 EUR"):
        story.llm(call("look", {"n": 7}, id="a"))
        story.tool("look", {"n": 7}, id="a")
        story.llm(text="39 EUR")
    return story.spans


def test_a_run_without_a_session_is_one_of_its_own_and_others_keep_theirs(tmp_path: Path) -> None:
    story = Story(run_id=None, session="chat 1", experiment="shop")
    with story.agent():
        story.llm(text="hello")
    sent = pieces(ingested(tmp_path, story.spans))
    assert {attributes(piece)["gen_ai.conversation.id"] for piece in sent} == {"shop/chat 1"}


def test_all_runs_go_to_the_project_that_is_asked_for(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, steps())
    [portion] = Walk(workspace, Asked(project="mine")).portions()
    sent = list(rebuilt(portion))
    assert {piece.project for piece in sent} == {"mine"}
    assert {attributes(piece)["midspan.experiment"] for piece in sent} == {"shop"}


def test_only_wanted_spans_are_made(tmp_path: Path) -> None:
    [portion] = Walk(ingested(tmp_path, steps()), Asked()).portions()
    wanted = {("0" * 31 + "1", "0" * 15 + "3")}
    assert [piece.span.name for piece in rebuilt(portion, wanted=wanted)] == ["execute_tool look"]
    assert list(rebuilt(portion, wanted=set())) == []


def test_what_is_not_mapped_is_carried_along(tmp_path: Path) -> None:
    story = Story(experiment="shop", model="small")
    with story.agent():
        story.llm(text="hello")
    more = {
        "user__id": "u7",
        "my__flag": True,
        "my__list": ["a", "b"],
        "my__mixed": ["a", 1],
        "gen_ai__request__seed": 3,
        "traceloop__entity__path": "x",
        "metadata": '{"team": "blue"}',
    }
    story.spans[1] = with_attributes(story.spans[1], **more)
    said = attributes(pieces(ingested(tmp_path, story.spans))[1])
    assert said["user.id"] == "u7"
    assert said["my.flag"] is True
    assert said["my.list"] == ["a", "b"]
    assert said["my.mixed"] == '["a",1]'
    assert said["gen_ai.request.seed"] == 3
    assert said["midspan.source.traceloop.entity.path"] == "x"
    assert json.loads(said["metadata"]) == {
        "team": "blue",
        "experiment": "shop",
        "model": "small",
        "run": "4f1c2ab0" * 4,
    }


def test_half_a_surrogate_pair_costs_one_character() -> None:
    # What Python's own notation can hold, and is kept in the table as JSON writes it.
    recorded = '{"user.id": "u\\ud83d7", "my.flag": true}'
    row = {"kind": "other", "attributes": recorded, "input": None, "output": None}
    span = Span()
    set_attributes(span, carried(row))
    assert [(pair.key, plain(pair.value)) for pair in span.attributes] == [
        ("user.id", "u?7"),
        ("my.flag", True),
    ]


def test_a_span_that_never_ended_ends_with_its_trace_and_is_not_called_ok(tmp_path: Path) -> None:
    spans = steps()
    spans[0]["endTimeUnixNano"] = "0"
    sent = pieces(ingested(tmp_path, spans))
    assert sent[0].span.end_time_unix_nano == max(p.span.end_time_unix_nano for p in sent[1:])
    assert sent[0].span.status.code == Status.STATUS_CODE_UNSET
    assert attributes(sent[0])["midspan.notes"] == ["unended"]


def test_a_foreign_trace_has_its_question_and_its_names(tmp_path: Path) -> None:
    ingest([FOLDER / "langgraph__openinference.otlp.jsonl"], tmp_path / "ws")
    sent = pieces(Workspace(tmp_path / "ws"))
    [root] = [attributes(piece) for piece in sent if not piece.span.parent_span_id]
    assert root["input.value"].startswith("How much is order ORD-1042")
    assert root["midspan.input"].startswith("{")
    assert root["midspan.dialect"] == "openinference"
    chats = [piece for piece in sent if piece.span.kind == Span.SPAN_KIND_CLIENT]
    assert {piece.span.name for piece in chats} == {"chat gpt-4o-fake"}
    assert {attributes(piece)["midspan.name"] for piece in chats} == {"ChatOpenAI"}
    assert not any("input.value" in attributes(piece) for piece in chats)
