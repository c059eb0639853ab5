"""A workspace in a real MLflow, as its own API tells it."""

import json
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.report import Published
from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import SCORES
from tests.support.mlflow_publishing import published, trace
from tests.support.mlflow_state import assessments, experiment_id, state
from tests.support.otlp import Story
from tests.support.shop_runs import RUNS, STEPS, shop, trace_of
from tests.support.workspaces import ingested


def counts(report: Published) -> dict[str, tuple[int, int, int]]:
    return {what: (one.asked, one.stored, one.already) for what, one in report.counts.items()}


@pytest.fixture
def client(mlflow: Any) -> httpx.Client:
    found: httpx.Client = mlflow.client
    return found


def test_every_span_score_and_figure_is_there(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-all", number=0xA01)

    report = published(workspace, servers.mlflow)

    assert (report.left, report.notes) == ({}, ())
    assert report.counts["spans"].stored == RUNS * STEPS
    number = experiment_id(client, "publish-all")
    found = state(client, "publish-all")
    assert [len(names) for names in found["spans"].values()] == [STEPS] * RUNS
    rows = workspace.table("scores").filter(status="ok").collect()
    there = assessments(client, number)
    expected = {
        (
            f"tr-{row['trace_id']}",
            row["span_id"],
            f"{'step.' if row['span_id'] else ''}{row['name']}",
        )
        for row in rows.iter_rows(named=True)
    }
    assert len(there) == report.counts["assessments"].stored
    assert {key for key in there if not key[2].endswith(".ok")} == expected
    assert found["linked"] == {
        "publish-all": [],
        "v1": sorted(trace(0xA01, place) for place in range(4)),
        "v2": sorted(trace(0xA01, place) for place in range(4, 8)),
    }


def test_a_step_says_what_was_wrong_with_it(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-steps", number=0xA02)
    published(workspace, servers.mlflow)

    found = assessments(client, experiment_id(client, "publish-steps"))

    failed = f"{trace_of(0xA02, 0) * 16 + 3:016x}"
    one = found[trace(0xA02, 0), failed, "step.call_ok"]
    assert (one["feedback"], one["valid"]) == ({"value": False}, True)
    assert one["source"] == {"source_type": "CODE", "source_id": "tool_calls"}
    assert one["rationale"].startswith("execution.error: ")
    assert one["metadata"]["label"] == "execution.error"
    rate = found[trace(0xA02, 0), None, "call_success_rate"]
    assert rate["feedback"] == {"value": 0.5}
    assert found[trace(0xA02, 0), None, "call_success_rate.ok"]["feedback"] == {"value": False}
    assert found[trace(0xA02, 4), None, "call_success_rate.ok"]["feedback"] == {"value": True}


def test_the_sweep_stands_above_its_variants(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-runs", number=0xA03)
    extra = tmp_path / "notes.txt"
    extra.write_text("read me")
    published(workspace, servers.mlflow, Asked(artifacts=(extra,)))

    found = state(client, "publish-runs")

    assert list(found["runs"]) == ["publish-runs", "v1", "v2"]
    above, v1 = found["runs"]["publish-runs"], found["runs"]["v1"]
    assert v1["params"] == {"model": "small", "revision": "v1", "harness": "loop@1"}
    assert v1["tags"]["mlflow.parentRunId"] == above["info"]["run_id"]
    assert v1["tags"]["mlflow.runType"] == "genai_evaluate"
    assert v1["info"]["status"] == "FINISHED"
    assert [one["name"] for one in v1["datasets"]] == ["publish-runs"]
    assert v1["datasets"] == found["runs"]["v2"]["datasets"]
    compared = workspace.compare(by="revision").of("call_success_rate")
    assert compared is not None
    before = compared.figures[0].estimate
    assert before is not None
    assert {
        name: value for name, (value, _) in v1["metrics"].items() if "call_success_rate" in name
    } == {
        "call_success_rate/mean": before.value,
        "call_success_rate/low": before.low,
        "call_success_rate/high": before.high,
        "call_success_rate/n": 2.0,
    }
    assert above["params"] == {"experiment": "publish-runs", "model": "small", "harness": "loop@1"}
    assert above["tags"]["mlflow.note.content"].startswith(
        "**By revision**, on 2 tasks that both did:\n\n- v2 against v1: "
    )
    assert found["files"]["publish-runs"].keys() == {
        *("tables/runs.parquet", "tables/runs.json", "tables/scores.parquet", "tables/scores.json"),
        *("comparison/comparison-by-revision.md", "comparison/comparison-by-revision.json"),
        "notes.txt",
    }
    query = {"run_id": above["info"]["run_id"], "path": "tables/scores.json"}
    kept = client.get("/get-artifact", params=query).json()
    assert len(kept) == workspace.table("scores").collect().height
    query["path"] = "tables/scores.parquet"
    parquet = pl.read_parquet(client.get("/get-artifact", params=query).content)
    assert parquet.schema == SCORES.schema


def test_runs_of_one_task_and_trial_pair(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-pairs", number=0xA04)
    published(workspace, servers.mlflow)

    found = state(client, "publish-pairs")

    shown = {
        run: sorted(
            (
                found["traces"][one]["trace_metadata"]["mlflow.trace.session"],
                found["traces"][one]["request_preview"],
                found["traces"][one]["response_preview"],
            )
            for one in found["linked"][run]
        )
        for run in ("v1", "v2")
    }
    assert (
        shown["v1"]
        == shown["v2"]
        == [
            ("price#0", "price#0 · What about the price?", "It is done."),
            ("price#1", "price#1 · What about the price?", "It is done."),
            ("refund#0", "refund#0 · What about the refund?", "It is done."),
            ("refund#1", "refund#1 · What about the refund?", "It is done."),
        ]
    )
    one = found["traces"][trace(0xA04, 0)]
    assert (one["state"], one["execution_duration"]) == ("OK", "9s")
    assert json.loads(one["trace_metadata"]["mlflow.trace.tokenUsage"])["total_tokens"] == 220


def test_again_changes_nothing(servers: Any, client: httpx.Client, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="publish-twice", number=0xA05)
    first = published(workspace, servers.mlflow)
    before = state(client, "publish-twice")

    by_list = published(workspace, servers.mlflow)
    by_asking = published(workspace, servers.mlflow, again=True)

    assert state(client, "publish-twice") == before
    everything = {what: (asked, 0, asked) for what, (asked, _, _) in counts(first).items()}
    assert counts(by_list) == everything
    assert counts(by_asking)["spans"] == everything["spans"]
    assert counts(by_asking)["assessments"] == everything["assessments"]


def test_a_dry_run_makes_nothing(servers: Any, client: httpx.Client, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="publish-dry", number=0xA08)

    report = published(workspace, servers.mlflow, Asked(dry_run=True))

    path = "/api/2.0/mlflow/experiments/get-by-name"
    answer = client.get(path, params={"experiment_name": "publish-dry"})
    assert answer.status_code == 404
    assert not Manifest(workspace.path).path.exists()
    before = counts(report)
    assert before["spans"] == (RUNS * STEPS, 0, 0)
    assert {asked for asked, stored, _ in before.values() if stored} == set()
    done = counts(published(workspace, servers.mlflow))
    assert {what: asked for what, (asked, _, _) in done.items()} == {
        what: asked for what, (asked, _, _) in before.items()
    }
    again = published(workspace, servers.mlflow, Asked(dry_run=True))
    assert counts(again) == {what: (asked, 0, asked) for what, (asked, _, _) in done.items()}


def test_a_trace_stays_in_its_experiment(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-first", number=0xA09)
    published(workspace, servers.mlflow)

    report = published(workspace, servers.mlflow, Asked(project="publish-second"))

    reason = "its trace is in another experiment, and MLflow does not move traces"
    assert report.left == {reason: sum(one.asked for one in report.counts.values())}
    assert set(report.counts) == {"spans", "assessments", "run"}
    assert report.links == ()
    assert report.notes[0].endswith("Publish with --project publish-first, or delete them there")
    query = {"experiment_name": "publish-second"}
    answer = client.get("/api/2.0/mlflow/experiments/get-by-name", params=query)
    assert answer.status_code == 404, "nothing is made where nothing can come"


def test_a_file_that_is_not_there_is_told_of(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="publish-file", number=0xA0A)

    with pytest.raises(InvalidInput, match="there is no such file"):
        published(workspace, servers.mlflow, Asked(artifacts=(tmp_path / "none",)))


def test_runs_without_a_task_are_published_too(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    story = Story(
        trace=trace_of(0xA0B, 0),
        first_span=trace_of(0xA0B, 0) * 16,
        run_id=None,
        second=1_790_000_000,
    )
    with story.agent(input="What?", output="This."):
        story.llm(text="This.")
    workspace = ingested(tmp_path, story.spans)
    workspace.score()

    report = published(workspace, servers.mlflow, Asked(project="publish-plain"))

    assert (report.left, report.counts["spans"].stored) == ({}, 2)
    found = state(client, "publish-plain")
    assert list(found["runs"]) == ["gpt-4.1-mini", "publish-plain"]
    assert found["runs"]["gpt-4.1-mini"]["metrics"]["tokens/mean"][0] == 110.0
    assert "tokens/low" not in found["runs"]["gpt-4.1-mini"]["metrics"]
