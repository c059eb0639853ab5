"""Variants in a real Phoenix, and a workspace that changed since: the server follows."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from tests.support.phoenix_state import experiments, of_midspan, pages, project_id, state
from tests.support.shop_runs import TASKS, run_spans, shop, trace_of
from tests.support.workspaces import ingested


def published(
    workspace: Workspace, url: str, asked: Asked | None = None, *, again: bool = False
) -> Published:
    target = Target(server="phoenix", url=url)
    manifest = Manifest(workspace.path, again=again)
    return publish(workspace, target, asked or Asked(), manifest=manifest)


@pytest.fixture
def client(phoenix: Any) -> httpx.Client:
    found: httpx.Client = phoenix.client
    return found


def test_variants_stand_side_by_side_with_their_traces(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-variants", number=0xB20)

    published(workspace, servers.phoenix)

    found = experiments(client, "phx-variants")
    assert list(found) == ["small · v2 · loop@1", "small · v1 · loop@1"]
    first = found["small · v1 · loop@1"]
    assert first["repetitions"] == 2
    assert {"model": "small", "revision": "v1", "harness": "loop@1"}.items() <= first[
        "metadata"
    ].items()
    told = [(run["input"], run["repetition_number"], run["trace_id"]) for run in first["runs"]]
    assert told == [
        (
            {"task": task, "prompt": f"What about the {task}?"},
            trial + 1,
            f"{trace_of(0xB20, 2 * place + trial):032x}",
        )
        for place, task in enumerate(TASKS)
        for trial in (0, 1)
    ]
    assert first["runs"][0]["output"]["answer"] == "It is done."
    said = first["runs"][0]["said"]
    assert said["recovery_rate"][0] == 1.0
    assert "tokens" not in said


def test_a_task_more_leaves_the_others_where_they_are(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path / "first", experiment="phx-tasks", number=0xB21)
    published(workspace, servers.phoenix)

    more = ingested(
        tmp_path / "second",
        run_spans(trace_of(0xB22, 0), experiment="phx-tasks", revision="v3", task="stock", trial=0),
    )
    more.score()
    published(more, servers.phoenix)

    [tasks] = state(client, "phx-tasks")["datasets"].values()
    assert [row["id"] for row in tasks] == ["price", "refund", "stock"]
    assert sorted(experiments(client, "phx-tasks")) == [
        f"small · v{number} · loop@1" for number in (1, 2, 3)
    ]


def test_runs_of_another_day_are_another_experiment(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    for day in (0xB23, 0xB24):
        workspace = shop(tmp_path / str(day), experiment="phx-days", number=day)
        published(workspace, servers.phoenix)

    [dataset] = pages(client, "/v1/datasets", name="phx-days")
    rows = list(pages(client, f"/v1/datasets/{dataset['id']}/experiments"))
    assert sorted(row["name"] for row in rows) == [
        f"small · v{number} · loop@1" for number in (1, 1, 2, 2)
    ]


def test_scores_that_are_gone_go_and_what_people_said_stays(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-stale", number=0xB30)
    published(workspace, servers.phoenix)
    span = f"{trace_of(0xB30, 0) * 16 + 3:016x}"
    theirs = {
        "span_id": span,
        "name": "call_ok",
        "annotator_kind": "HUMAN",
        "identifier": "ann",
        "result": {"label": "fine", "score": 1.0},
    }
    client.post("/v1/span_annotations?sync=true", json={"data": [theirs]}).raise_for_status()
    before = state(client, "phx-stale")
    profile = tmp_path / "profile.yaml"
    profile.write_text(
        "profile: other\ncontract: 1\nscorers: {recovery: false, parse_pass: false}\n"
    )
    workspace.score(profile=profile)

    report = published(workspace, servers.phoenix)

    after = state(client, "phx-stale")
    gone = ("response", "episode", "call_parse")
    assert {key.split()[1] for key in set(before["span"]) - set(after["span"])} == set(gone)
    assert not {key.split()[1] for key in after["trace"]} & {"recovery_rate", "parse_pass_rate"}
    assert report.removed == sum(
        len(before[level]) - len(after[level]) for level in ("span", "trace")
    )
    assert "recovery_rate" not in after["experiments"]["small · v1 · loop@1"]["runs"][0]["said"]
    rows = list(
        pages(
            client,
            f"/v1/projects/{project_id(client, 'phx-stale')}/span_annotations",
            identifier="ann",
        )
    )
    assert [(row["span_id"], row["result"]["label"]) for row in rows] == [(span, "fine")]


def test_ours_that_a_person_edited_is_theirs(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-edited", number=0xB31)
    published(workspace, servers.phoenix)
    span = f"{trace_of(0xB31, 0) * 16 + 3:016x}"
    edited = {
        "span_id": span,
        "name": "call_ok",
        "annotator_kind": "HUMAN",
        "identifier": "midspan",
        "result": {"label": "none", "score": 1.0, "explanation": "the order exists"},
    }
    client.post("/v1/span_annotations?sync=true", json={"data": [edited]}).raise_for_status()

    report = published(workspace, servers.phoenix, again=True)

    there = of_midspan(client, "phx-edited", "span")[f"{span} call_ok"]
    assert (there["kind"], there["result"]["explanation"]) == ("HUMAN", "the order exists")
    assert report.left == {}
    assert any("edited by people" in note for note in report.notes)
