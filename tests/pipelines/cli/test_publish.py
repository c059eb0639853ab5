"""`midspan publish` and `midspan pull`: what they take, say and end with, without a server."""

import json
from pathlib import Path

import pytest

from midspan.pipelines.workspace import Workspace
from tests.pipelines.cli.conftest import Midspan
from tests.support.shop_runs import RUNS, STEPS, shop, shop_spans
from tests.support.workspaces import ingested

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PHOENIX_API_KEY", "phx-secret")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return shop(tmp_path, experiment="shop")


def test_a_dry_run_says_what_would_be_sent(midspan: Midspan, workspace: Workspace) -> None:
    done = midspan("publish", workspace.path, "--phoenix", NOBODY, "--dry-run")

    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:2] == [
        f"phoenix {NOBODY}",
        f"  spans        {RUNS * STEPS}, of which 0 were sent before",
    ]
    assert lines[3] == "  experiments  2, of which 0 were sent before"
    assert done.err == ""


def test_only_some_of_it(midspan: Midspan, workspace: Workspace) -> None:
    done = midspan(
        "publish", workspace.path, "--phoenix", NOBODY, "--dry-run", "--json", "--only", "spans"
    )

    [report] = json.loads(done.out)
    assert report["counts"] == {
        "spans": {"asked": RUNS * STEPS, "stored": 0, "already": 0, "left": {}}
    }


def test_a_server_that_is_not_there_is_4_and_keeps_nothing_from_the_others(
    midspan: Midspan, workspace: Workspace
) -> None:
    done = midspan("publish", workspace.path, "--phoenix", NOBODY, "--mlflow", NOBODY)

    assert done.code == 4
    assert done.out == ""
    assert "phoenix does not answer at http://127.0.0.1:9" in done.err
    assert "mlflow does not answer at http://127.0.0.1:9" in done.err
    assert f"the same command goes on: midspan publish {workspace.path}" in done.err
    assert "secret" not in done.err


def test_without_a_server_it_says_how_to_start_one(midspan: Midspan, workspace: Workspace) -> None:
    for verb in ("publish", "pull"):
        done = midspan(verb, workspace.path)

        assert done.code == 4
        assert "no server is named, and none that midspan started runs here" in done.err
        assert "midspan up" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--only", "score"), "nothing to publish is called 'score'"),
        (("--since", "tuesday"), "'tuesday' is not a point in time"),
        (("--project", " "), "a project needs a name"),
        (("--artifact", "nowhere.html"), "nowhere.html: there is no such file"),
        (("--phoenix", "localhost"), "phoenix: localhost is not the address of a server"),
        (("--phoenix", "http://me:pw@host"), "an address with a password in it"),
        (("--suite", "nowhere.yaml"), "nowhere.yaml: there is no such file"),
        (("--ca", "nowhere.pem", "--phoenix", "https://host"), "nowhere.pem: there is no"),
    ],
)
def test_what_cannot_be_meant_is_said(
    midspan: Midspan, workspace: Workspace, words: tuple[str, ...], told: str
) -> None:
    beside = () if "--phoenix" in words else ("--phoenix", NOBODY)

    done = midspan("publish", workspace.path, *beside, *words)

    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert ":pw@" not in done.err


def test_what_is_no_workspace_is_said(midspan: Midspan, tmp_path: Path) -> None:
    for verb in ("publish", "pull"):
        done = midspan(verb, tmp_path / "nowhere", "--phoenix", NOBODY)

        assert done.code == 2
        assert "nowhere" in done.err


def test_nothing_scored_is_nothing_to_annotate(midspan: Midspan, tmp_path: Path) -> None:

    bare = ingested(tmp_path, shop_spans(experiment="bare", number=1))

    done = midspan("publish", bare.path, "--phoenix", NOBODY, "--dry-run", "--json")

    [report] = json.loads(done.out)
    assert sorted(report["counts"]) == ["experiment", "spans"]
