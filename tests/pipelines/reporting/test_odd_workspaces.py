"""Workspaces that lack what a sweep has."""

import json
from pathlib import Path

from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Story, write
from tests.support.reported import opened
from tests.support.shop_runs import shop_spans
from tests.support.workspaces import ingested


def test_runs_without_a_task_are_listed_and_in_no_figure(tmp_path: Path) -> None:
    story = Story()
    with story.agent(input="Go.", output="Gone."):
        story.llm(text="Gone.")
    workspace = ingested(tmp_path, story.spans)
    workspace.score()
    page = opened(workspace)
    assert (page.document["runs"]["task"], page.document["tasks"]) == ([None], [])
    assert page.document["figures"] == {}
    assert "1 run without a task: in the list of runs, and in no figure" in page.report.page
    assert len(page.steps(0)["spans"]["id"]) == 2
    assert page.steps(0)["spans"]["output"] == ["Gone.", "Gone."]


def test_the_same_task_of_two_experiments_is_shown_twice_and_counted_once(tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two"), start=1):
        spans = shop_spans(experiment=name, number=number)
        ingest([write(tmp_path / "in" / f"{name}.jsonl", spans)], tmp_path / "ws")
    workspace = Workspace(tmp_path / "ws")
    workspace.score()
    document = opened(workspace).document
    assert document["experiments"] == ["one", "two"]
    assert [(task["experiment"], task["id"]) for task in document["tasks"]] == [
        (0, "price"),
        (0, "refund"),
        (1, "price"),
        (1, "refund"),
    ]
    assert document["title"] == "one, two"
    table = document["figures"]["all"]
    assert table["figures"][table["scores"].index("turns")][0]["tasks"] == 2
    assert document["figures"]["experiment"]["sides"] == ["one", "two"]
    for axis in ("experiment", "revision"):
        along = document["comparisons"][axis]["comparisons"][0]
        compared = compare_workspaces([workspace], by=axis).as_dict()
        assert along == json.loads(json.dumps(compared))
        assert [each["task"] for each in along["matrix"]] == ["price", "refund"]
        assert along["coverage"][0]["planned"] == 8
    assert len(set(zip(document["runs"]["experiment"], document["runs"]["task"], strict=True))) == 4


def test_a_value_that_was_not_recorded_is_a_side_of_its_own(tmp_path: Path) -> None:
    spans = []
    stories = (
        Story(trace=1, first_span=10, run_id=f"{1:032x}", task="t"),
        Story(trace=2, first_span=20, run_id=f"{2:032x}", task="t", tier="skill"),
    )
    for story in stories:
        with story.agent(input="Go.", output="Gone."):
            story.llm(text="Gone.")
        spans += story.spans
    workspace = ingested(tmp_path, spans)
    workspace.score()
    document = opened(workspace).document
    assert document["axes"]["tier"] == ["skill"]
    assert document["runs"]["tier"] == [0, None]
    assert document["figures"]["tier"]["sides"] == ["(none)", "skill"]
    assert [each["name"] for each in document["variants"]] == ["skill", "(none)"]
    assert sorted(document["figures"]["variant"]["sides"]) == ["(none)", "skill"]


def test_figures_name_variants_as_the_list_of_variants_does(tmp_path: Path) -> None:
    spans = []
    stories = (
        Story(trace=1, first_span=10, run_id=f"{1:032x}", task="t", model="a"),
        Story(trace=2, first_span=20, run_id=f"{2:032x}", task="t", model="b"),
        Story(trace=3, first_span=30, run_id=f"{3:032x}", model="a", tier="skill"),
    )
    for story in stories:
        with story.agent(input="Go.", output="Gone."):
            story.llm(text="Gone.")
        spans += story.spans
    workspace = ingested(tmp_path, spans)
    workspace.score()
    document = opened(workspace).document
    names = [each["name"] for each in document["variants"]]
    assert names == ["a · skill", "a · (none)", "b · (none)"]
    # The run with a tier has no task, and is in no figure.
    assert document["figures"]["variant"]["sides"] == ["a · (none)", "b · (none)"]


def test_spans_keep_their_place_and_calls_point_at_them(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, shop_spans(experiment="shop", number=1)[:5])
    workspace.score()
    steps = opened(workspace).steps(0)
    spans, calls, scores = steps["spans"], steps["calls"], steps["scores"]
    assert spans["kind"] == ["agent", "llm", "tool", "llm", "tool"]
    assert spans["parent"] == [None, 0, 0, 0, 0]
    assert spans["start_ms"][0] == 0
    assert (calls["name"], calls["span"], calls["emitted_span"]) == (
        ["lookup", "lookup"],
        [2, 4],
        [1, 3],
    )
    assert calls["failed"] == [1, 0]
    assert calls["fault"][0] != "none"
    shown = [kind for kind, text in zip(spans["kind"], spans["input"], strict=True) if text]
    assert shown == ["agent", "llm", "llm"]  # what went into a tool stands in its call
    rows = list(
        zip(scores["name"], scores["span"], scores["call"], scores["evidence"], strict=True)
    )
    [(span, call, evidence)] = [row[1:] for row in rows if row[0] == "episode"]
    assert (span, call) == (2, 0)
    assert 2 in evidence
    of_run = [name for name, span, call, _ in rows if span is None and call is None]
    assert "recovery_rate" in of_run
    assert len(of_run) == len(set(of_run))
