"""What people said in a real Phoenix becomes score rows, once, and stays when runs are scored."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.human_rows import keep_human_rows
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix import publish, pull
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Story
from tests.support.phoenix_state import state
from tests.support.shop_runs import shop, trace_of
from tests.support.workspaces import ingested, rows

SPANS_AND_SCORES = Asked(only=frozenset({"spans", "scores"}))


@pytest.fixture
def client(phoenix: Any) -> httpx.Client:
    found: httpx.Client = phoenix.client
    return found


def say(
    client: httpx.Client, level: str, target: str, name: str, *, by: str = "", **result: Any
) -> None:
    body = {
        f"{level}_id": target,
        "name": name,
        "annotator_kind": "HUMAN",
        "identifier": by,
        "result": result,
    }
    path = f"/v1/{level}_annotations?sync=true"
    client.post(path, json={"data": [body]}).raise_for_status()


def of_people(workspace: Workspace) -> list[tuple[Any, ...]]:
    columns = ("run_id", "span_id", "name", "scorer", "value", "label", "explanation", "source")
    return [row[:-1] for row in rows(workspace, "scores", *columns) if row[-1] == "human"]


def pulled(workspace: Workspace, url: str) -> int:
    found = pull(workspace, Target(server="phoenix", url=url), project=None)
    assert found.left == {}
    return keep_human_rows(workspace, found.rows, "phoenix")


def test_what_people_said_is_among_the_scores(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-pull", number=0xE01)
    target = Target(server="phoenix", url=servers.phoenix)
    publish(workspace, target, SPANS_AND_SCORES, manifest=Manifest(workspace.path))
    trace = trace_of(0xE01, 0)
    run, span = f"{trace:032x}", f"{trace * 16 + 3:016x}"
    say(client, "span", span, "Right tool?", by="ann", label="yes", score=1.0)
    say(client, "span", span, "Right tool?", by="bob", label="no", score=0.0, explanation="other")
    say(client, "trace", run, "polite", score=0.5)
    code = len(rows(workspace, "scores"))

    assert pulled(workspace, servers.phoenix) == 3

    expected = [
        (run, None, "polite", "phoenix", 0.5, None, None),
        (run, span, "right_tool", "phoenix:ann", 1.0, "yes", None),
        (run, span, "right_tool", "phoenix:bob", 0.0, "no", "other"),
    ]
    assert sorted(of_people(workspace), key=str) == sorted(expected, key=str)
    assert pulled(workspace, servers.phoenix) == 0
    workspace.score()
    assert sorted(of_people(workspace), key=str) == sorted(expected, key=str)
    assert len(rows(workspace, "scores")) == code + 3

    # Theirs are not sent back as ours.
    before = state(client, "phx-pull")
    publish(
        Workspace(workspace.path),
        target,
        SPANS_AND_SCORES,
        manifest=Manifest(workspace.path, again=True),
    )
    assert state(client, "phx-pull") == before


def test_what_people_took_back_or_changed_follows(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-pull-again", number=0xE02)
    target = Target(server="phoenix", url=servers.phoenix)
    publish(workspace, target, SPANS_AND_SCORES, manifest=Manifest(workspace.path))
    run = f"{trace_of(0xE02, 1):032x}"
    say(client, "trace", run, "polite", score=0.5)
    pulled(workspace, servers.phoenix)

    say(client, "trace", run, "polite", score=1.0)

    assert pulled(workspace, servers.phoenix) == 1
    assert [row[4] for row in of_people(workspace)] == [1.0]
    client.delete(
        "/v1/projects/phx-pull-again/trace_annotations",
        params={"name": "polite", "delete_all": True},
    ).raise_for_status()
    assert pulled(workspace, servers.phoenix) == 1
    assert of_people(workspace) == []


def test_a_conversation_is_judged_as_a_whole(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    spans = []
    for turn in (1, 2):
        story = Story(
            trace=0xE0300 + turn,
            first_span=0xE03000 + turn * 16,
            run_id=None,
            session="talk",
            second=1_790_000_000 + 60 * turn,
            experiment="phx-talk",
        )
        story.llm(text=f"answer {turn}")
        spans += story.spans
    workspace = ingested(tmp_path, spans)
    workspace.score()
    [run] = rows(workspace, "runs", "run_id", "trace_ids")
    assert len(run[1]) == 2
    target = Target(server="phoenix", url=servers.phoenix)

    report = publish(workspace, target, SPANS_AND_SCORES, manifest=Manifest(workspace.path))

    assert report.left == {}
    projects = client.get("/v1/projects", params={"limit": 1000}).json()["data"]
    number = next(row["id"] for row in projects if row["name"] == "phx-talk")
    [session] = client.get(f"/v1/projects/{number}/sessions").json()["data"]
    assert session["session_id"] == "phx-talk/talk"
    path = f"/v1/projects/{number}/session_annotations"
    found = client.get(path, params={"identifier": "midspan", "limit": 1000}).json()["data"]
    on_trace = state(client, "phx-talk")["trace"]
    assert {row["name"] for row in found} == {key.split()[1] for key in on_trace}
    say(client, "session", "phx-talk/talk", "helpful", score=1.0)
    assert pulled(workspace, servers.phoenix) == 1
    assert [row[:5] for row in of_people(workspace)] == [(run[0], None, "helpful", "phoenix", 1.0)]
