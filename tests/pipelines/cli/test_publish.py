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
    assert f"goes on:\n  midspan publish {workspace.path} --phoenix {NOBODY}" in done.err
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


def test_it_judges_by_what_the_workspace_was_scored_with(
    midspan: Midspan, tmp_path: Path, workspace: Workspace
) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("profile: strict\ncontract: 1\n")
    midspan("score", workspace.path, "--profile", profile)
    words = ("publish", workspace.path, "--phoenix", NOBODY, "--dry-run")

    done = midspan(*words)
    assert (done.code, done.err) == (0, "with profile.yaml, as it was scored\n")

    profile.write_text("profile: strict\ncontract: 2\n")
    done = midspan(*words)
    assert (done.code, done.out) == (2, ""), "the file itself is read, as it is now"
    assert "profile.yaml:2: contract: the file is of contract 2" in done.err

    profile.unlink()
    done = midspan(*words)
    assert (done.code, done.out) == (2, "")
    assert "profile.yaml: is gone" in done.err
    assert "--profile FILE" in done.err

    named = tmp_path / "named.yaml"
    named.write_text("profile: strict\ncontract: 1\n")
    done = midspan(*words, "--profile", named)
    assert (done.code, done.err) == (0, "")


def test_the_command_that_goes_on_is_the_one_that_was_typed(
    midspan: Midspan, workspace: Workspace
) -> None:
    words = ("--phoenix", NOBODY, "--only", "spans,scores", "--project", "a b", "--again")

    done = midspan("publish", workspace.path, *words)

    assert done.code == 4
    assert done.err.splitlines()[-1] == (
        f"  midspan publish {workspace.path} --phoenix {NOBODY} --only spans,scores "
        "--project 'a b' --again"
    )


def test_that_no_run_is_that_new_is_said(midspan: Midspan, workspace: Workspace) -> None:
    words = ("publish", workspace.path, "--phoenix", NOBODY, "--dry-run")

    done = midspan(*words, "--since", "2027-01-01")

    assert done.code == 0
    assert done.err.splitlines() == [
        "no run began since 2027-01-01 00:00:00Z; the newest is of 2026-09-21 14:22:24Z"
    ]
    assert midspan(*words, "--since", "2020-01-01").err == ""
