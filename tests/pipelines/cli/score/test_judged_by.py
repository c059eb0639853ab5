"""`midspan score`: the suite, the profile and the scorers that runs are judged by."""

import json
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.pipelines.cli.score.conftest import SUITE, profile_text, values
from tests.support.otlp import write
from tests.support.watched import story


def test_a_suite_and_its_profile_or_another(midspan: Midspan, shop: Path) -> None:
    done = midspan("score", "ws", "--suite", "suite.yaml", "--json")
    assert (done.code, values(done), done.err) == (0, {"steps": 1.0, "retries": 4.0}, "")
    words = ("--suite", "suite.yaml", "--profile", "other.yaml")
    done = midspan("score", "ws", *words, "--json")
    assert (done.code, values(done)) == (0, {"retries": 4.0})


def test_what_had_rows_before_and_has_none_now_is_said(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})
    assert done.err == (
        "no rows any more: retries\n"
        "They were judged with other options before: midspan score ws --suite suite.yaml\n"
    )


def test_runs_of_a_task_that_the_suite_does_not_have_are_said(midspan: Midspan, shop: Path) -> None:
    spans = story(task="prize", trace=5, run_id="5" * 32).spans
    midspan("ingest", write(shop / "more.jsonl", spans), "--into", "ws")
    done = midspan("score", "ws", "--suite", "suite.yaml")
    assert done.err == (
        "suite.yaml: 1 run is of a task that it does not have: prize. Did you mean 'price'?\n"
    )


def test_only_some_scorers(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--only", "above", "--json")
    assert (done.code, values(done), done.err) == (0, {"steps": 3.0, "retries": 4.0}, "")
    done = midspan("score", "ws", "--only", "above,retries", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})


def test_the_summary_of_one_scorer_is_of_that_one(midspan: Midspan, workspace: Path) -> None:
    assert "  valid_call_rate" in midspan("score", workspace).out
    done = midspan("score", workspace, "--only", "loop")
    assert "  longest_loop" in done.out
    assert "  valid_call_rate" not in done.out
    scores = json.loads(midspan("table", workspace, "scores", "--json").out)
    assert {"loop", "valid_call_rate"} <= {row["scorer"] for row in scores}, "the rows stay"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "abov"), "midspan score: no such scorer: abov. Did you mean 'above'?\n"),
        (("--compat", "adk.exact"), "midspan score: no such scorer: compat.\n"),
        (
            ("--suite", "gone.yaml"),
            "midspan score: gone.yaml: there is no such file\n`midspan init DIR` writes",
        ),
        (
            ("--profile", "wrong.yaml"),
            "midspan score: wrong.yaml: scorers.above: has no parameter 'lest'."
            " Did you mean 'least'?\n"
            "Its parameters: least = 0.\n",
        ),
        (
            ("--expectations", "calls.jsonl"),
            "midspan score: calls.jsonl: no run, and no suite, has the task 'prize'."
            " Did you mean 'price'?\n",
        ),
        (("--expectations", "mode.jsonl"), "midspan score: mode.jsonl:1: mode: "),
        (("--expectations", "schema.jsonl"), "midspan score: schema.jsonl:1: "),
        (("--explain", "0000"), "midspan score: ws: no run has an id that begins with '0000'\n"),
    ],
)
def test_what_cannot_be_judged_by_ends_with_2(
    midspan: Midspan, shop: Path, words: tuple[str, ...], said: str
) -> None:
    (shop / "wrong.yaml").write_text(profile_text("{above: {lest: 2}}"))
    (shop / "calls.jsonl").write_text('{"task": "prize", "calls": []}\n')
    (shop / "mode.jsonl").write_text('{"task": "price", "mode": "in_odrer", "calls": []}\n')
    (shop / "schema.jsonl").write_text('{"task": "price", "calls": [{"nam": "look"}]}\n')
    done = midspan("score", "ws", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
    assert "fault of midspan" not in done.err


def test_doubts_are_said_and_no_end(midspan: Midspan, shop: Path) -> None:
    (shop / "suite.yaml").write_text(SUITE.replace("price", "other"))
    (shop / "profile.yaml").write_text(profile_text("{abov: {least: 2}}"))
    done = midspan("score", "ws", "--suite", "suite.yaml", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})
    assert done.err == (
        "profile.yaml: scorers.abov: no such scorer is installed. Did you mean 'above'?\n"
        "suite.yaml: no run is of any of its tasks, so none is compared\n"
    )


def test_doubts_about_a_profile_are_said(midspan: Midspan, workspace: Path) -> None:
    path = workspace.parent / "p.yaml"
    path.write_text(
        "profile: p\ncontract: 1\nmarkers: {git: {command: {program: git}}}\n"
        "composites: {q: {weights: {succes: 1}}}\n"
    )
    done = midspan("score", workspace, "--profile", path, "--json")
    assert done.code == 0
    assert "no tool has the role shell, so `command` of markers.git never holds." in done.err
    assert done.err.splitlines()[1:3] == [
        f"{path}: composites.q: no such score: succes. Did you mean 'success'?",
        f"{path}: composites.q: none of its parts is a score, so no run will have it",
    ]


def test_markers_that_contradict_their_examples_score_nothing(
    midspan: Midspan, workspace: Path
) -> None:
    path = workspace.parent / "p.yaml"
    path.write_text(
        "profile: p\ncontract: 1\nextends: [midspan/default]\n"
        "markers: {git: {command: {program: git}, quiet_on: [git log]}}\n"
    )
    done = midspan("score", workspace, "--profile", path)
    assert (done.code, done.out) == (2, "")
    assert f"{path}: markers.git: fires on: git log (by: git log)" in done.err
    assert json.loads(midspan("table", workspace, "scores", "--json").out) == []
