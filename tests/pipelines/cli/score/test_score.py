"""`midspan score`: what is scored, and what is said of it."""

import json
import tempfile
from pathlib import Path

import pytest

from midspan.scorers.tables import SCORES
from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import RUN, write_text
from tests.support.own_scorers import installed

RATE = "name=valid_call_rate"


def test_a_workspace_is_scored_in_place(midspan: Midspan, workspace: Path) -> None:
    done = midspan("score", workspace)
    assert (done.code, done.err) == (0, "")
    (line,) = [line for line in done.out.splitlines() if line.startswith("  valid_call_rate")]
    assert line.split()[1:6] == ["100", "%", "↑", "mean", "1"]
    (row,) = json.loads(midspan("table", workspace, "scores", "--where", RATE, "--json").out)
    assert (row["run_id"], row["value"], row["n"]) == (RUN, 1.0, 1)


def test_json_is_one_array_of_rows(midspan: Midspan, workspace: Path) -> None:
    found = json.loads(midspan("score", workspace, "--json").out)
    assert {row["name"] for row in found} >= {"valid_call_rate", "longest_loop"}
    assert {tuple(row) for row in found} == {tuple(SCORES.schema)}


def test_files_are_scored_without_a_workspace(
    midspan: Midspan, spans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    done = midspan("score", spans, "--json")
    assert (done.code, done.err) == (0, "")
    assert {row["run_id"] for row in json.loads(done.out)} == {RUN}
    assert list((tmp_path / "tmp").iterdir()) == [], "nothing is left behind"


def test_lines_that_cannot_be_read_are_told_and_the_rest_is_scored(
    midspan: Midspan, spans: Path, tmp_path: Path
) -> None:
    bad = write_text(tmp_path / "bad.jsonl", "no spans")
    done = midspan("score", spans, bad, "--json")
    assert done.code == 3
    assert done.err.startswith(f"quarantined {bad}:1: no format that can be read: ")
    assert json.loads(done.out)


def test_a_scorer_that_raises_is_told_and_the_others_go_on(
    midspan: Midspan, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "tests.support.own_scorers"
    installed(monkeypatch, bad=f"{here}:Raises", steps=f"{here}:Steps")
    done = midspan("score", workspace, "--json")
    assert (done.code, done.err) == (
        3,
        "scorer bad failed: RuntimeError: the disk of the scorer is full\n",
    )
    assert [(row["scorer"], row["status"]) for row in json.loads(done.out)] == [
        ("bad", "failed"),
        ("steps", "ok"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Usage: midspan score [OPTIONS] PATHS..."),
        (("gone",), "midspan score: gone: no such file or directory"),
        (("ws", "ws"), "midspan score: ws: is a workspace, not a directory of spans"),
    ],
)
def test_what_cannot_be_done_says_so(
    midspan: Midspan,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(workspace.parent)
    done = midspan("score", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


def test_files_of_spans_and_sessions_are_scored_together(midspan: Midspan, shop: Path) -> None:
    talk = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
    (shop / "talk.json").write_text(json.dumps(talk))
    done = midspan("score", "spans.jsonl", "talk.json", "--json")
    assert (done.code, done.err) == (0, "")
    assert len({row["run_id"] for row in json.loads(done.out)}) == 2


def test_runs_that_never_began_are_said(midspan: Midspan, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    planned = {"contract": 1, "run_id": RUN, "experiment": "e", "task": "price"}
    (tmp_path / "spool/plan.jsonl").write_text(json.dumps(planned) + "\n")
    assert midspan("ingest", tmp_path / "spool", "--into", tmp_path / "planned").code == 0
    done = midspan("score", tmp_path / "planned")
    assert done.err == "no run to score: all are planned, and none left a trace\n"
