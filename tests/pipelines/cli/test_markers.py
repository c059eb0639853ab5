"""`midspan markers`."""

import json
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import Story, call, write

PROFILE = """\
profile: p
contract: 1
extends: [midspan/default]
markers:
  git:
    description: Used git.
    command: {program: git}
    fires_on: [git log]
    quiet_on: [grep git a]
  hurried: {not: {reads: "**"}}
"""
COMMANDS = ("cd a && git log", "ls", "timeout 9 git add a; git commit")
RUNS = [str(number) * 32 for number in range(3)]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def workspace(midspan: Midspan, tmp_path: Path) -> Path:
    spans = []
    for number, (run_id, command) in enumerate(zip(RUNS, COMMANDS, strict=True), start=1):
        story = Story(trace=number, run_id=run_id, task="t", model="m", trial=number)
        with story.agent(output="done"):
            story.llm(call("bash", {"command": command}, id="a"))
            story.tool("bash", {"command": command}, id="a", result="ok")
        spans += story.spans
    write(tmp_path / "spans.jsonl", spans)
    assert midspan("ingest", tmp_path / "spans.jsonl", "--into", tmp_path / "ws").code == 0
    return tmp_path / "ws"


def test_check_holds_markers_to_their_examples(midspan: Midspan, profile: Path) -> None:
    done = midspan("markers", "check", profile)
    assert done == (0, "ok  git: 2 examples\nok  hurried: 0 examples\n", "")


def test_check_ends_with_one_where_a_marker_contradicts_an_example(
    midspan: Midspan, profile: Path
) -> None:
    profile.write_text(PROFILE.replace("grep git a", "sudo git log"))
    done = midspan("markers", "check", profile)
    assert done.code == 1
    assert done.out == (
        "no  git: contradicts its examples\n"
        "    fires on: sudo git log (by: git log)\n"
        "ok  hurried: 0 examples\n"
    )


def test_check_takes_the_name_of_a_pack(midspan: Midspan) -> None:
    done = midspan("markers", "check", "midspan/hammered")
    assert done == (0, "ok  hammered: 3 examples\n", "")
    assert midspan("markers", "check", "midspan/nothing").code == 2


def test_run_says_how_many_runs_each_marker_fires_in(
    midspan: Midspan, workspace: Path, profile: Path
) -> None:
    done = midspan("markers", "run", workspace, "--profile", profile, "--json")
    assert done.code == 0
    assert json.loads(done.out) == [
        {
            **{"name": "git", "fired": 2, "runs": 3, "adoption": 0.667, "firings": 2},
            **{"not_evaluated": 0, "example": "fired once in turn 0: git log"},
        },
        {
            **{"name": "hurried", "fired": 3, "runs": 3, "adoption": 1.0, "firings": 3},
            **{"not_evaluated": 0, "example": "fired once in turn 0: nowhere in the run"},
        },
    ]
    printed = midspan("markers", "run", workspace, "--profile", profile).out.splitlines()
    assert printed[0].split()[:4] == ["name", "fired", "runs", "adoption"]
    assert printed[1].split()[:4] == ["git", "2", "3", "0.667"]


def test_run_lists_firings_of_one_marker(midspan: Midspan, workspace: Path, profile: Path) -> None:
    done = midspan(
        *("markers", "run", workspace, "--profile", profile),
        *("--marker", "git", "--firings", "--json"),
    )
    found = [
        (row["run_id"], row["turn"], row["call"], row["matched"]) for row in json.loads(done.out)
    ]
    assert found == [(RUNS[0], 0, 0, "git log"), (RUNS[2], 0, 0, "git add a; git commit")]


def test_run_names_a_marker_that_is_not_there(
    midspan: Midspan, workspace: Path, profile: Path
) -> None:
    done = midspan("markers", "run", workspace, "--profile", profile, "--marker", "gti")
    assert done.code == 2
    assert "has no marker 'gti'. Did you mean 'git'?" in done.err


def test_validate_compares_with_labels(
    midspan: Midspan, workspace: Path, profile: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(f"run_id,marker,label\n{RUNS[0]},git,1\n{RUNS[1]},git,1\n{RUNS[2]},git,0\n")
    words = ("markers", "validate", workspace, "--profile", profile, "--labels", labels)
    done = midspan(*words)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[1].split() == [
        *("git", "0.50", "(0.09-0.91)", "1/2", "0.50", "(0.09-0.91)", "1/2", "0.50", "3", "0"),
    ]
    assert lines[2:] == [
        f"git: {RUNS[1]}: labelled 1, did not fire",
        f"git: {RUNS[2]}: labelled 0, fired by: git add a; git commit",
    ]
    document = json.loads(midspan(*words, "--json").out)
    assert document["markers"][0]["precision"] == 0.5
    assert len(document["disagreements"]) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [("", "has no column run_id"), ("run_id,marker,label\na,b\n", "label '' is neither")],
)
def test_validate_says_what_is_wrong_with_labels(
    midspan: Midspan, workspace: Path, profile: Path, tmp_path: Path, content: str, problem: str
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(content)
    done = midspan("markers", "validate", workspace, "--profile", profile, "--labels", labels)
    assert done.code == 2
    assert problem in done.err


def test_a_profile_without_markers_cannot_be_tried(
    midspan: Midspan, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare.yaml").write_text("profile: p\ncontract: 1\n")
    done = midspan("markers", "run", workspace, "--profile", tmp_path / "bare.yaml")
    assert done.code == 2
    assert "has no markers" in done.err
