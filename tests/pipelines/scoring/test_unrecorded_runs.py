"""Runs that came without a result record: judged from the answer that their trace holds."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.checks import run_checks
from midspan.pipelines.comparison.aggregates import aggregate, with_outcomes
from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.comparison.failures import failures
from midspan.pipelines.comparison.run_verdicts import run_verdicts
from midspan.pipelines.exporting.chosen import chosen_runs
from midspan.pipelines.files import load_setting
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import ResultRecord, write_result
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.scoring.told_runs import tell_run
from midspan.pipelines.watch.batches import BatchSettings
from midspan.pipelines.watch.batches.making import make_batch
from midspan.pipelines.workspace import Workspace
from midspan.scorers.profile import Profile
from midspan.scorers.suite import Suite
from tests.support.otlp import Json, write
from tests.support.task_traces import genai, openinference

SUITE = """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much is ORD-1042 in EUR? Answer as JSON.
    checks:
      - {id: amount, kind: json, pointer: /eur, equals: 35.88, tolerance: 0.01}
      - {id: order, kind: substring, value: ORD-1042}
      - {id: form, kind: regex, pattern: '^[{].*[}]$'}
  - id: count
    prompt: How many orders are open? One number.
    checks:
      - {id: two, kind: number, equals: 2}
      - {id: words, kind: exact, value: "2"}
      - {id: one_of, kind: choice, values: ["1", "2", "3"]}
      - {id: points, kind: key_points, values: ["2", open], at_least: 0.5}
  - id: note
    prompt: Write the order down in note.txt, and say so.
    checks:
      - {id: said, kind: substring, value: done}
      - {id: note, kind: file, path: note.txt}
      - {id: left, kind: state, argv: [touch, executed], equals: null}
      - {id: run, kind: command, argv: [touch, executed]}
"""
RIGHT = '{"eur": 35.87, "order": "ORD-1042"}'
BY = "judged by scoring from the recorded answer"


def workspace_of(folder: Path, *runs: list[Json]) -> Workspace:
    """The runs, scored with the suite."""
    (folder / "suite.yaml").write_text(SUITE)
    spool = folder / "spool"
    for number, spans in enumerate(runs):
        write(spool / f"{number}.otlp.jsonl", spans)
    ingest([spool], folder / "ws")
    workspace = Workspace(folder / "ws")
    workspace.score(suite=folder / "suite.yaml")
    return workspace


def told(workspace: Workspace, *names: str) -> dict[tuple[str, str], float | str | None]:
    """Value or else label of scores by task and name."""
    tasks = workspace.table("runs").select("run_id", "task", "root_span_id")
    scores = workspace.table("scores").join(tasks, on="run_id")
    rows = scores.filter(pl.col("name").is_in(names)).collect().to_dicts()
    return {
        (row["task"], row["name"]): row["label"] if row["value"] is None else row["value"]
        for row in rows
    }


@pytest.mark.parametrize("dialect", [genai, openinference])
def test_answers_of_traces_alone_give_a_success_rate(tmp_path: Path, dialect: Any) -> None:
    workspace = workspace_of(tmp_path, dialect(1, "price", RIGHT), dialect(2, "count", "2 open"))
    assert workspace.table("runs").collect()["checks"].to_list() == [None, None]
    names = ("outcome", "success", "answer_coverage", "check.amount", "check.order", "check.form")
    of_count = ("check.two", "check.words", "check.one_of", "check.points")
    assert told(workspace, *names, *of_count) == {
        ("price", "outcome"): "success",
        ("price", "success"): 1.0,
        ("price", "check.amount"): 1.0,
        ("price", "check.order"): 1.0,
        ("price", "check.form"): 1.0,
        ("count", "outcome"): "wrong",
        ("count", "success"): 0.0,
        ("count", "answer_coverage"): 1.0,
        ("count", "check.two"): 1.0,
        ("count", "check.words"): 0.0,
        ("count", "check.one_of"): 0.0,
        ("count", "check.points"): 1.0,
    }


def test_whoever_asks_how_runs_ended_hears_the_same(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, genai(1, "price", RIGHT), genai(2, "price", "no idea"))
    ended = with_outcomes(workspace).sort("run_id").collect()
    assert ended["outcome"].to_list() == ["success", "wrong"]
    verdicts = run_verdicts(workspace)
    assert [verdict.outcome for verdict in verdicts] == ["success", "wrong"]
    assert f"; {BY}: amount, order, form" in verdicts[1].message
    assert [run.answer for run, _ in chosen_runs(workspace, ["success"])] == [RIGHT]
    # Asked for anew, without a word in the workspace.
    again = tell_run(workspace, f"{2:032x}", setting=load_setting(suite=tmp_path / "suite.yaml"))
    assert again.scores.filter(name="outcome")["label"].to_list() == ["wrong"]
    # Without the suite nobody knows what was to hold.
    workspace.score()
    assert with_outcomes(workspace).collect()["outcome"].to_list() == ["unscored"] * 2


def test_runs_without_records_have_a_success_rate_to_compare(tmp_path: Path) -> None:
    folders = [tmp_path / "before", tmp_path / "after"]
    for folder in folders:
        folder.mkdir()
    wrong, silent = '{"eur": 1}', genai(3, "price", None, content=False)
    before = workspace_of(
        folders[0], genai(1, "price", RIGHT), genai(2, "price", wrong), silent, genai(4, "note", "")
    )
    rates = {row["task"]: row["success_rate"] for row in aggregate(before, "cells").to_dicts()}
    # One of three that were meant; of what nobody can judge there is no rate, and not one of 0.
    assert rates == {"price": 1 / 3, "note": None}
    after = workspace_of(folders[1], genai(5, "price", RIGHT), genai(6, "price", RIGHT))
    found = compare_workspaces([before, after], profile=Profile.default())
    success = found.of("success")
    assert success is not None
    assert [figure.estimate and figure.estimate.value for figure in success.figures] == [1 / 3, 1.0]
    causes = failures(before).causes.to_dicts()
    assert [cause["signature"] for cause in causes] == ["does not hold: amount, order"]


def test_a_watch_says_what_scoring_says(tmp_path: Path) -> None:
    runs = [genai(1, "price", RIGHT), openinference(2, "count", "3"), genai(3, "note", "done")]
    workspace = workspace_of(tmp_path, *runs)
    settings = BatchSettings(
        workspace=tmp_path / "watched",
        state=tmp_path / "state",
        suite=tmp_path / "suite.yaml",
        profile=None,
    )
    Workspace.create(settings.workspace)
    folder = tmp_path / "batch"
    folder.mkdir()
    made = make_batch([tmp_path / "spool"], folder, settings)
    assert made is not None
    theirs, ours = made.small.table("scores").collect(), workspace.table("scores").collect()
    assert theirs.sort(ours.columns[:5]).equals(ours.sort(ours.columns[:5]))
    outcomes = ours.filter(name="outcome").sort("run_id")["label"].to_list()
    assert outcomes == ["success", "wrong", "unscored"]


def test_what_would_have_to_be_looked_up_or_executed_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "note.txt").write_text("ORD-1042")
    monkeypatch.chdir(elsewhere)
    workspace = workspace_of(tmp_path, genai(1, "note", "done"))
    found = {
        row["name"]: (row["value"], row["reason"])
        for row in workspace.table("scores").filter(scorer="outcome").collect().to_dicts()
    }
    why = "it reads what the run left behind, and no result record says what came of it"
    assert found["check.said"] == (1.0, None)
    assert [found[f"check.{name}"] for name in ("note", "left", "run")] == [(None, why)] * 3
    assert found["success"] == (None, f"check note could not be judged: {why}")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["note.txt"]


def test_records_hold_beside_runs_that_have_none(tmp_path: Path) -> None:
    """The worker found otherwise than the trace says: what it found stands."""
    recorded, alone = f"{1:032x}", f"{2:032x}"
    (task, *_) = Suite.parse(SUITE).tasks
    spool = tmp_path / "spool"
    spool.mkdir()
    checks = run_checks(task.checks, answer="no idea", directory=tmp_path)
    record = ResultRecord(run_id=recorded, ended_by="exit", exit_code=0, checks=checks)
    write_result(spool, record)
    workspace = workspace_of(tmp_path, genai(1, "price", RIGHT), genai(2, "price", RIGHT))
    assert workspace.table("runs").collect()["answer"].to_list() == [RIGHT] * 2
    rows = workspace.table("scores").filter(name="check.order").collect().to_dicts()
    assert {row["run_id"]: (row["label"], row["explanation"]) for row in rows} == {
        recorded: ("fail", "order (substring) does not hold: 'ORD-1042' is not in the answer"),
        alone: ("pass", f"order (substring) holds, {BY}"),
    }


@pytest.mark.parametrize("answer", [RIGHT, "no idea", "```json\n{}\n```", "[" * 10_000])
def test_the_answer_is_judged_as_the_worker_judges_it(tmp_path: Path, answer: str) -> None:
    workspace = workspace_of(tmp_path, genai(1, "price", answer))
    (task, *_) = Suite.parse(SUITE).tasks
    recorded = {
        check.id: check for check in run_checks(task.checks, answer=answer, directory=tmp_path)
    }
    rows = workspace.table("scores").filter(pl.col("name").str.starts_with("check.")).collect()
    for row in rows.to_dicts():
        check = recorded[row["name"].removeprefix("check.")]
        assert row["value"] == check.passed
        assert (check.detail or "") in row["explanation"]
    assert rows.height == 3


def test_an_agent_that_raised_gave_nobody_what_its_model_had_said(tmp_path: Path) -> None:
    spans = genai(1, "count", "2")
    root = next(span for span in spans if "parentSpanId" not in span)
    root["status"] = {"code": 2, "message": "RuntimeError: boom"}
    workspace = workspace_of(tmp_path, spans)
    assert workspace.table("runs").collect()["answer"].to_list() == [None]
    assert told(workspace, "outcome") == {("count", "outcome"): "agent_error"}


def test_content_that_was_left_out_is_no_missing_answer(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, genai(1, "price", RIGHT, content=False))
    (run,) = workspace.table("runs").collect().to_dicts()
    assert (run["answer"], run["calls"]) == (None, 1)
    assert told(workspace, "outcome") == {("price", "outcome"): "unscored"}
    (row,) = workspace.table("scores").filter(name="success").collect().to_dicts()
    why = "check amount could not be judged: what the agent answered was not recorded"
    assert (row["status"], row["reason"]) == ("not_evaluated", why)


def test_in_parts_it_is_the_same(tmp_path: Path) -> None:
    runs = [genai(n, "price", RIGHT if n % 2 else json.dumps({"eur": n})) for n in range(1, 7)]
    workspace = workspace_of(tmp_path, *runs)
    whole = workspace.table("scores").collect()
    setting = load_setting(suite=tmp_path / "suite.yaml")
    score_workspace(workspace, setting=setting, steps=4)
    assert workspace.table("scores").collect().equals(whole)
